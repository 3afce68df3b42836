import type { HostConfig } from "../cache/hostSettings.ts";
import { BUNDLE_PATH } from "../cache/readerSettings.ts";
import { CREDENTIALS_PATH, SIGNING_KEY_PATH } from "../cache/snippets.ts";
import type { HostFile } from "./hostPlan.ts";

/** Where systems keep their certificates; the last is what Nix's own installer brings along. */
export const CERTIFICATE_PLACES = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/nix/var/nix/profiles/default/etc/ssl/certs/ca-bundle.crt",
] as const;

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
    readonly files: readonly Placed[];
    /** Whether a private CA is among the files, and the bundle has to be made of it. */
    readonly hasCa: boolean;
    /** Every path that such a script may ever write: `--remove` takes them away. */
    readonly all: readonly string[];
    /** Shell lines that restart the daemon. */
    readonly restart: string;
}

/** What a run without a builder's secrets leaves as it is. */
const BUILDER_PATHS: readonly string[] = [
    CREDENTIALS_PATH,
    SIGNING_KEY_PATH,
    "/etc/nix-cache/host-config.json",
];

/** No line of a file that is written may end it. */
const END = "END-OF-NIX-CACHE-FILE";

/**
 * A script for a POSIX shell that puts everything into place and restarts the
 * daemon. It holds all that it writes, so it can be piped over SSH and no
 * secret is in anybody's arguments; it may run again and again.
 *
 * The bundle is made on the host, of what that host trusts.
 */
export function installScript(options: ScriptOptions): string {
    const { config, comments, files, hasCa, all, restart } = options;
    const now = [...files.map(({ path }) => path), ...(hasCa ? [BUNDLE_PATH] : []), ...BUILDER_PATHS];
    const stale = all.filter((path) => !now.includes(path));
    return `#!/bin/sh
# Makes this machine use the Nix cache ${oneLine(config.substituter)}.
${comments}# With --remove it takes away what it wrote. With DESTDIR=FOLDER it works below
# that folder, and restarts nothing.
set -eu
umask 022
root="\${DESTDIR:-}"

# All of it is one function, called in the last line: half a script does nothing.
main() {
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
    echo "install.sh: run this as root" >&2
    exit 1
fi
case "$(readlink "$root/etc/nix/nix.conf" || :)" in
*/nix/store/* | /etc/static/*)
    echo "install.sh: NixOS or nix-darwin makes /etc/nix/nix.conf here: import the module instead" >&2
    exit 1
    ;;
esac
# Determinate Nix writes nix.conf anew, and leaves this one to its owner.
conf="$root/etc/nix/nix.conf"
[ ! -e "$root/etc/nix/nix.custom.conf" ] || conf="$root/etc/nix/nix.custom.conf"
include='!include ../nix-cache/nix.conf'

restart() {
    [ -z "$root" ] || return 0
${indented(restart)}}

# Replaces a file with standard input: whole or not at all, and never readable by others in between.
write() {
    mkdir -p "$(dirname "$root$1")"
    (umask 077 && cat > "$root$1.new")
    chmod "$2" "$root$1.new"
    mv -f "$root$1.new" "$root$1"
}

if [ "\${1:-}" = --remove ]; then
    rm -f${all.map(inRoot).join("")}
    rmdir "$root/etc/nix-cache" 2> /dev/null || :
    if [ -e "$conf" ]; then
        # It may hold access tokens.
        (umask 077 && grep -vxF "$include" "$conf" > "$conf.new") || :
        cat "$conf.new" > "$conf"
        rm -f "$conf.new"
    fi
    restart
    exit 0
fi

${hasCa ? `${FIND_CERTIFICATES}\n` : ""}${files.map(written).join("\n")}
${hasCa ? WRITE_BUNDLE : ""}${
        stale.length === 0 ? "" : `rm -f${stale.map(inRoot).join("")}\n`
    }mkdir -p "$(dirname "$conf")"
if ! grep -qxF "$include" "$conf" 2> /dev/null; then
    # A file whose last line has no end gets one first.
    [ -z "$(tail -c 1 "$conf" 2> /dev/null)" ] || echo >> "$conf"
    echo "$include" >> "$conf"
fi
restart
}

main "$@"
`;
}

const FIND_CERTIFICATES = `system=
for file in ${CERTIFICATE_PLACES.map((place) => `\\\n    "$root${place}"`).join(" ")}; do
    [ -s "$file" ] || continue
    system="$file"
    break
done
# Those that lie beside this script are of the machine that it was made on.
beside="$(dirname "$0")/ca-bundle.crt"
[ -n "$system" ] || [ ! -f "$0" ] || [ ! -s "$beside" ] || system="$beside"
if [ -z "$system" ]; then
    echo "install.sh: no certificates of this system were found, so nothing was changed" >&2
    exit 1
fi
`;

const WRITE_BUNDLE = `# Nix takes this file in place of the system's certificates.
{ cat "$system"; echo; cat "$root/etc/nix-cache/ca.crt"; } | write ${BUNDLE_PATH} 644

`;

const inRoot = (path: string) => ` "$root${path}"`;

function written({ path, file }: Placed): string {
    if (file.content.split("\n").includes(END)) throw new Error(`${file.name} holds a line ${END}`);
    const end = file.content.endsWith("\n") ? "" : "\n";
    return `write ${path} ${file.secret ? "600" : "644"} << '${END}'\n${file.content}${end}${END}\n`;
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
