import { constants } from "node:os";
import { shown, UserError } from "../src/cache/problem.ts";

/** A second Ctrl-C ends at once; npm and a terminal may both pass on the first one. */
const SAME_SIGNAL_MS = 1_000;

let interrupted: { readonly by: NodeJS.Signals; readonly at: number } | undefined;
let cutting = true;

/**
 * Runs one of the sandbox's commands. What a user can do something about ends in
 * one line on stderr and status 1; a signal ends it with 128 and its number.
 */
export async function command(work: () => Promise<void>): Promise<void> {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.on(signal, () => interrupt(signal));
    // A reader that has had enough (`npm start | head`) does not stop what is under way.
    process.stdout.on("error", () => undefined);
    try {
        await work();
        // Pulumi's SDK leaves connections open that would keep the process.
        process.exit(0);
    } catch (error) {
        if (interrupted !== undefined) endBy(interrupted.by);
        if (!(error instanceof UserError)) throw error;
        process.stderr.write(`error: ${error.message}\n`);
        process.exit(1);
    }
}

/**
 * Work that is not cut off by a signal: the command ends after it. At a
 * terminal, Ctrl-C reaches Pulumi by itself and makes it stop early; a second
 * one from here would make it drop what it is doing.
 */
export async function uncut<T>(work: () => Promise<T>): Promise<T> {
    cutting = false;
    try {
        return await work();
    } finally {
        cutting = true;
        if (interrupted !== undefined) endBy(interrupted.by);
    }
}

/**
 * @param flags what the command may be given. Default: nothing
 * @throws UserError for anything else that it was given
 */
export function checkArguments(flags: readonly string[] = []): void {
    const unknown = process.argv.slice(2).find((argument) => !flags.includes(argument));
    if (unknown === undefined) return;
    const script = process.env.npm_lifecycle_event ?? "this command";
    const allowed = flags.length === 0 ? "no argument" : `${flags.join(", ")} alone`;
    throw new UserError(
        `npm run ${script} takes ${allowed}, not ${shown(unknown)}; nothing has been changed`,
    );
}

function interrupt(by: NodeJS.Signals): void {
    const again = interrupted !== undefined && Date.now() - interrupted.at > SAME_SIGNAL_MS;
    if (cutting || again) endBy(by);
    if (interrupted !== undefined) return;
    interrupted = { by, at: Date.now() };
    process.stderr.write("\ninterrupted: waiting for Pulumi to come to an end …\n");
}

function endBy(signal: NodeJS.Signals): never {
    process.exit(128 + constants.signals[signal]);
}
