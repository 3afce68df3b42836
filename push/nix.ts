import { join } from "node:path";
import { UserError } from "../cache/problem.ts";
import { run, type Outcome } from "../toolchain/run.ts";
import { closureOrder, parsePathInfo, type Member } from "./closure.ts";
import { MachineError, nixFault, PathError } from "./faults.ts";

/** The machine's own Nix, and how it is run. */
export interface Nix {
    /** Folder with the command `nix`. Default: the one on PATH. */
    readonly bin?: string;
    /** URL of the local store. Default: Nix's own (the daemon, where there is one). */
    readonly store?: string;
    /** Environment. Default: this process's. */
    readonly env?: NodeJS.ProcessEnv;
}

/** Names of the variables with credentials: where they are set, they win over the profile in the store's URL. */
const OWN_CREDENTIALS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"];

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
    paths: readonly string[],
    env: Readonly<Record<string, string>> = {},
): Promise<void> {
    for (let at = 0; at < paths.length; at += PATHS_AT_ONCE) {
        const some = paths.slice(at, at + PATHS_AT_ONCE);
        const outcome = await runNix(nix, ["copy", ...from(nix), "--no-recursive", "--to", to, ...some], env);
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

/** Runs `nix`. @throws MachineError when it cannot be run, or was killed */
export async function runNix(
    nix: Nix,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
    const command = nix.bin === undefined ? "nix" : join(nix.bin, "nix");
    const own = Object.entries(nix.env ?? process.env).filter(([name]) => !OWN_CREDENTIALS.includes(name));
    const outcome = await run(command, ["--extra-experimental-features", "nix-command", ...args], {
        env: { ...Object.fromEntries(own), ...env },
    });
    if (outcome.status === 127) throw new MachineError(`${command} cannot be run: is Nix on PATH?`);
    if (outcome.status === null) throw new MachineError(`${command} was killed`);
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

/** @throws UserError when the Nix on PATH cannot be run */
export async function requireNix(nix: Nix): Promise<void> {
    const { status, stderr } = await runNix(nix, ["--version"]);
    if (status !== 0) throw new UserError(`nix --version failed: ${stderr.trim()}`);
}
