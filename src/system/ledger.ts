import { nothingChanged } from "../cache/problem.ts";

/** What this process has changed so far, in the order in which it did. */
const done: string[] = [];
let canChange = false;

/** Says that what this process is about to do may change things, so that every end of it has to account for them. */
export function mayChange(): void {
    canChange = true;
}

/** Whether {@link mayChange} was said. */
export function isChanging(): boolean {
    return canChange;
}

/**
 * Enters what was changed: on the server, in the stack's state, in a file. It is
 * called for a step once the step may have had an effect, and never before.
 *
 * @param what as in `removed user nixbuilder`
 */
export function entered(what: string): void {
    if (!done.includes(what)) done.push(what);
}

/** What was entered. */
export function account(): readonly string[] {
    return done;
}

/** How many of the entries a message names. */
const NAMED = 3;

/**
 * An error's message with what is true of the things that were to be changed:
 * that nothing was, or what was and how to go on. The message alone where
 * the command changes nothing anyway.
 */
export function withAccount(message: string): string {
    if (!canChange) return message;
    if (done.length === 0) return nothingChanged(message);
    const more = done.length - NAMED;
    const named = done.slice(0, NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
    return `${message}. Done before that: ${named}; the same command goes on from there`;
}
