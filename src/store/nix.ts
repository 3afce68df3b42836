import { join } from "node:path";
import { STORE_DIR } from "../cache/nar.ts";
import { UserError } from "../cache/problem.ts";
import { run, type Outcome } from "../system/run.ts";
import { closureOrder, parsePathInfo, type Member } from "./closure.ts";
import { nixFault } from "./outage.ts";
import { MachineError, NixHung, PathError } from "../cache/faults.ts";
import { nixEnvironment } from "./nixEnvironment.ts";

/** The machine's own Nix, and how it is run. */
export interface Nix {
    /** Folder with the command `nix`. Default: the one on PATH. */
    readonly bin?: string;
    /** URL of the local store. Default: Nix's own (the daemon, where there is one). */
    readonly store?: string;
    /** Environment of which the little is taken that Nix needs. Default: this process's. */
    readonly env?: NodeJS.ProcessEnv;
    /** Folder for its caches, made when it needs it. Default: one that does not exist. */
    readonly home?: string;
    /** Milliseconds that Nix has for what has no size. Default: {@link PATIENCE_MS}. */
    readonly patienceMs?: number;
}

/** Ten minutes. */
const PATIENCE_MS = 10 * 60_000;

/**
 * How long Nix may take for so many bytes of NARs: ten minutes, and a second for
 * each 100 kB. xz makes 500 kB a second of them on a small machine that builds
 * meanwhile, and a line of a megabit takes as many; whoever takes longer hangs.
 *
 * @returns milliseconds; 1 GiB: just over three hours
 */
export function timeLimitMs(bytes: number, patienceMs = PATIENCE_MS): number {
    return Math.round(patienceMs + bytes / 100);
}

/**
 * A path and all that it refers to, references before who refers to them.
 *
 * @throws PathError when it is not in the store (any more), MachineError when Nix cannot say
 */
export async function closureOf(nix: Nix, path: string): Promise<Member[]> {
    const ask = (...format: string[]) =>
        // Offline: what is not here must not be downloaded only to be uploaded again.
        runNix(nix, ["--offline", "path-info", ...inStore(nix), "--recursive", "--json", ...format, path]);
    let answer = await ask();
    // From some version on, the format has to be named; older ones know no such option.
    if (answer.status !== 0 && answer.stderr.includes("--json-format"))
        answer = await ask("--json-format", "1");
    if (answer.status !== 0) throw nixFault(nixMessage(answer));
    try {
        return closureOrder(parsePathInfo(answer.stdout));
    } catch (error) {
        throw new PathError((error as Error).message);
    }
}

/**
 * Copies exactly these paths into a binary cache.
 *
 * @param to URL of the cache
 * @param env further environment variables
 * @throws PathError or MachineError with what Nix said
 */
export async function copyTo(
    nix: Nix,
    to: string,
    members: readonly Pick<Member, "path" | "narSize">[],
    env: Readonly<Record<string, string>> = {},
): Promise<void> {
    for (let at = 0; at < members.length; at += PATHS_AT_ONCE) {
        const some = members.slice(at, at + PATHS_AT_ONCE);
        const bytes = some.reduce((sum, { narSize }) => sum + narSize, 0);
        const paths = some.map(({ path }) => path);
        const args = ["copy", ...from(nix), "--no-recursive", "--to", to, ...paths];
        const outcome = await runNix(nix, args, env, bytes);
        if (outcome.status !== 0) throw nixFault(nixMessage(outcome));
    }
}

/** Arguments have a limit (128 KiB each, 2 MiB together on Linux); this stays far from it. */
export const PATHS_AT_ONCE = 2_000;

/** Arguments that name the local store, where it is not Nix's own. */
export function inStore({ store }: Nix): string[] {
    return store === undefined ? [] : ["--store", store];
}

function from({ store }: Nix): string[] {
    return store === undefined ? [] : ["--from", store];
}

/**
 * Runs `nix`.
 *
 * @param env further environment variables
 * @param bytes of NARs that it reads, which say how long it may take. Default: 0
 * @throws MachineError when it cannot be run, was killed, or took too long
 */
export async function runNix(
    nix: Nix,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    bytes = 0,
): Promise<Outcome> {
    const command = nix.bin === undefined ? "nix" : join(nix.bin, "nix");
    const limit = timeLimitMs(bytes, nix.patienceMs);
    const clean = nixEnvironment(nix.env ?? process.env, nix.home, env);
    // A setting in nix.conf would win over the variable.
    const ca = env.NIX_SSL_CERT_FILE;
    const options = ca === undefined ? [] : ["--option", "ssl-cert-file", ca];
    const outcome = await run(
        command,
        ["--extra-experimental-features", "nix-command", ...options, ...args],
        { env: clean, timeoutMs: limit },
    );
    const what = args.find((word) => !word.startsWith("-")) ?? args[0] ?? "";
    if (outcome.timedOut === true)
        throw new NixHung(`nix ${what} did not end within ${Math.round(limit / 1000)} s, and was killed`);
    if (outcome.status === 127) throw new MachineError(`${command} cannot be run: is Nix on PATH?`);
    if (outcome.status === null) throw new MachineError(`nix ${what} was killed`);
    return outcome;
}

/** What Nix calls an error, in one line and without the colours of a terminal. */
export function nixMessage({ stderr }: Outcome): string {
    const lines = stderr
        .replaceAll(/\x1b\[[0-9;]*m/g, "")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    const error = lines.findLast((line) => line.startsWith("error:") && line !== "error:");
    return (error?.slice("error:".length) ?? lines.at(-1) ?? "Nix failed without a word").trim();
}

/**
 * The folder in which a store's paths are: that of a local store which has its root
 * elsewhere (Nix manual, "Local Store": `root`, `real`), or `/nix/store`.
 */
export function storeFolder({ store = "" }: Nix): string {
    if (store.startsWith("/")) return join(store, STORE_DIR);
    const [scheme, query = ""] = store.split("?");
    if (scheme !== "local") return STORE_DIR;
    const given = new URLSearchParams(query);
    return given.get("real") ?? join(given.get("root") ?? "/", STORE_DIR);
}

/** @throws UserError when the Nix on PATH cannot be run */
export async function requireNix(nix: Nix): Promise<void> {
    const { status, stderr } = await runNix(nix, ["--version"]);
    if (status !== 0) throw new UserError(`nix --version failed: ${stderr.trim()}`);
}
