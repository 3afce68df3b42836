import type { HostConfig } from "./hostConfig.ts";
import { BUNDLE_PATH } from "./nixConf.ts";
import { CREDENTIALS_PATH, SIGNING_KEY_PATH } from "./pushCommand.ts";
import type { HostFile } from "./plan.ts";
import { COMMIT } from "./install/commit.ts";
import { ENDING } from "./install/ending.ts";
import { INCLUDE_LINE } from "./install/includeLine.ts";
import { mainLines } from "./install/main.ts";
import { PLACES } from "./install/places.ts";
import { STAGING } from "./install/staging.ts";
import { STATE } from "./install/state.ts";

/** Where systems keep their certificates; the last is what Nix's own installer brings along. */
export const CERTIFICATE_PLACES = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt",
] as const;

/** The private CA's certificate; the bundle is made of it. */
export const CA_PATH = "/etc/nix-cache/ca.crt";

/** Whose files these are, where the stack brought them: the name that `--owner` gave. */
export const OWNER_PATH = "/etc/nix-cache/rolled-out-by";

/** A file that the script writes, and where. */
export interface Placed {
    readonly path: string;
    readonly file: HostFile;
}

/** What differs between systems. */
export interface ScriptOptions {
    readonly config: HostConfig;
    /** Comment lines for the beginning. */
    readonly comments: string;
    /** In the order in which they are put into place: what is named by another comes before it. */
    readonly files: readonly Placed[];
    /**
     * Every path that such a script may ever write, in the order in which
     * `--remove` takes them away: what names another goes before it.
     */
    readonly all: readonly string[];
    /** Shell lines that restart the daemon; their status says whether it went well. */
    readonly restart: string;
}

/** What a run without a builder's secrets leaves as it is, and one by hand. */
const OTHERS_PATHS: readonly string[] = [
    CREDENTIALS_PATH,
    SIGNING_KEY_PATH,
    "/etc/nix-cache/host-config.json",
    OWNER_PATH,
];

/** No line of a file that is written may end it. */
const END = "END-OF-NIX-CACHE-FILE";

/**
 * A script for a POSIX shell that puts everything into place and restarts the
 * daemon. It holds all that it writes, so it can be piped over SSH and no
 * secret is in anybody's arguments; it may run again and again.
 *
 * All files are written first, each in a folder beside its place, and then
 * renamed. A step that fails leaves every file as it was; a script that is
 * killed leaves each file as it was or as it is to be.
 *
 * The bundle is made on the host, of what that host trusts.
 */
export function installScript(options: ScriptOptions): string {
    const { config, comments, files, all, restart } = options;
    const hasCa = files.some(({ path }) => path === CA_PATH);
    const now = [...files.map(({ path }) => path), ...(hasCa ? [BUNDLE_PATH] : []), ...OTHERS_PATHS];
    const stale = all.filter((path) => !now.includes(path));
    return `#!/bin/sh
# Makes this machine use the Nix cache ${oneLine(config.substituter)}.
${comments}# With --remove it takes away what it wrote. With DESTDIR=FOLDER it works below
# that folder, and restarts nothing. Where a step fails, every file is as it was.
set -eu
umask 022
# The bytes of files are bytes, whatever language this machine speaks.
LC_ALL=C
export LC_ALL

${[STATE, ENDING, PLACES, STAGING, INCLUDE_LINE, COMMIT].join("\n")}
restart() {
    [ -z "$root" ] || return 0
${indented(restart)}}

install_all() {
${hasCa ? FIND_CERTIFICATES : ""}${files.map(written).join("")}if [ -n "$owner" ]; then
stage ${OWNER_PATH} 644 << ${END}
$owner
${END}
fi
stage_include
${stale.map((path) => `drop ${path}\n`).join("")}}

remove_all() {
drop_include
${all.map((path) => `drop ${path}\n`).join("")}}

# All of it is called in the last line: half a script does nothing.
main() {
${mainLines(all, OWNER_PATH)}}

main "$@"
`;
}

const FIND_CERTIFICATES = `system=
for file in ${CERTIFICATE_PLACES.map((place) => `\\\n    "$root${place}"`).join(" ")}; do
    [ -s "$file" ] || continue
    system="$file"
    break
done
# Those that lie beside this script are of the machine that it was made on. One that comes
# through a pipe has nothing beside it, whatever the folder holds in which it happens to run.
case "$0" in
install.sh) beside=./ca-bundle.crt ;;
*/install.sh) beside="\${0%/*}/ca-bundle.crt" ;;
*) beside= ;;
esac
[ -n "$system" ] || [ -z "$beside" ] || [ ! -s "$beside" ] || system="$beside"
[ -n "$system" ] || refuse "no certificates of this system were found, so nothing was changed"
`;

function written({ path, file }: Placed): string {
    if (file.content.split("\n").includes(END)) throw new Error(`${file.name} holds a line ${END}`);
    const end = file.content.endsWith("\n") ? "" : "\n";
    const mode = file.secret ? "600" : "644";
    const bundle = path === CA_PATH ? `stage_bundle ${BUNDLE_PATH} ${CA_PATH}\n` : "";
    return `stage ${path} ${mode} << '${END}'\n${file.content}${end}${END}\n${bundle}`;
}

function indented(lines: string): string {
    return lines
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}\n`)
        .join("");
}

function oneLine(text: string): string {
    return text.replaceAll(/\s+/g, " ");
}
