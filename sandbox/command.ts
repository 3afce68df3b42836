import { constants } from "node:os";
import { UserError } from "../cache/problem.ts";

let interrupted: NodeJS.Signals | undefined;
let finishing: AbortController | undefined;

/**
 * Runs one of the sandbox's commands. What a user can do something about ends in
 * one line on stderr and status 1; a signal ends it with 128 and its number.
 */
export async function command(work: () => Promise<void>): Promise<void> {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.on(signal, () => interrupt(signal));
    try {
        await work();
        // Pulumi's SDK leaves connections open that would keep the process.
        process.exit(0);
    } catch (error) {
        if (interrupted !== undefined) endBy(interrupted);
        if (!(error instanceof UserError)) throw error;
        process.stderr.write(`error: ${error.message}\n`);
        process.exit(1);
    }
}

/**
 * Work that must not be cut off: a signal tells it to finish, and ends the
 * command after it.
 */
export async function uncut<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    finishing = new AbortController();
    try {
        return await work(finishing.signal);
    } finally {
        finishing = undefined;
        if (interrupted !== undefined) endBy(interrupted);
    }
}

function interrupt(signal: NodeJS.Signals): void {
    const first = interrupted === undefined;
    interrupted = signal;
    if (finishing === undefined) endBy(signal);
    if (!first) return;
    process.stderr.write("\ninterrupted: waiting for Pulumi to come to an end …\n");
    // At a terminal, Ctrl-C reaches Pulumi by itself; a second one would make it drop what it is doing.
    if (signal !== "SIGINT" || !process.stdin.isTTY) finishing.abort();
}

function endBy(signal: NodeJS.Signals): never {
    process.exit(128 + constants.signals[signal]);
}
