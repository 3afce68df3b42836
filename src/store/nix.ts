import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { UserError } from "../cache/problem.ts";
import { run, type Outcome } from "../system/run.ts";
import { MachineError, NixHung } from "../cache/faults.ts";
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

/** Ten minutes: whoever takes longer to read its database hangs. */
const PATIENCE_MS = 10 * 60_000;

/**
 * How long Nix may take for so many bytes of NARs: ten minutes, and a second for
 * each 100 kB; whoever takes longer hangs.
 *
 * @returns milliseconds; 1 GiB: just over three hours
 */
export function timeLimitMs(bytes: number, patienceMs = PATIENCE_MS): number {
    return Math.round(patienceMs + bytes / 100);
}

/** Arguments have a limit (128 KiB each, 2 MiB together on Linux); this stays far from it. */
export const PATHS_AT_ONCE = 2_000;

/** Arguments that name the local store, where it is not Nix's own. */
export function inStore({ store }: Nix): string[] {
    return store === undefined ? [] : ["--store", store];
}

/**
 * Runs `nix`.
 *
 * @throws MachineError when it cannot be run, was killed, or took too long
 */
export function runNix(nix: Nix, args: readonly string[]): Promise<Outcome> {
    const what = args.find((word) => !word.startsWith("-")) ?? args[0] ?? "";
    return runProgram(nix, "nix", what, ["--extra-experimental-features", "nix-command", ...args]);
}

/**
 * Runs `nix-store`, for what no `nix` of every version says.
 *
 * @throws as {@link runNix}
 */
export function runNixStore(nix: Nix, args: readonly string[]): Promise<Outcome> {
    return runProgram(nix, "nix-store", args[0] ?? "", args);
}

async function runProgram(nix: Nix, name: string, what: string, args: readonly string[]): Promise<Outcome> {
    const command = nix.bin === undefined ? name : join(nix.bin, name);
    const timeoutMs = nix.patienceMs ?? PATIENCE_MS;
    const env = nixEnvironment(nix.env ?? process.env, nix.home);
    const outcome = await run(command, args, { env, timeoutMs });
    const seconds = Math.round(timeoutMs / 1000);
    if (outcome.timedOut === true)
        throw new NixHung(`${name} ${what} did not end within ${seconds} s, and was killed`);
    if (outcome.status === 127) throw new MachineError(`${command} cannot be run: is Nix on PATH?`);
    if (outcome.status === null) throw new MachineError(`${name} ${what} was killed`);
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
 * Looks for the program without starting it: each start costs as much as asking for a thousand paths.
 *
 * @throws UserError when there is no Nix in its folder, or on PATH
 */
export function requireNix({ bin, env = process.env }: Nix): void {
    const folders = bin === undefined ? (env.PATH ?? "").split(delimiter) : [bin];
    const isThere = folders.some((folder) => folder !== "" && isProgram(join(folder, "nix")));
    if (!isThere) throw new UserError("nix cannot be run: is Nix on PATH?");
}

function isProgram(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
