import { globSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** How Pulumi's error lines end when it meets such a file. */
export const TORN = /: EOF$/m;

/**
 * Makes a state readable again that a kill left in pieces.
 *
 * Pulumi's file backend writes a small `.attrs` file beside each of its own,
 * and not in one step as the others. One that was killed in between leaves it
 * empty, and every later command ends with `failed to load checkpoint: EOF`.
 * Without it, the file beside it, which is whole, is read as it is.
 *
 * @param backend the backend's URL as `pulumi whoami` gives it
 * @param folder what a relative one is relative to
 * @returns whether it is such a state. Reading it is worth another try then, even
 * where nothing was left to repair: another command has come upon the file at the same time.
 */
export function repairTornState(backend: string, folder: string): boolean {
    if (!backend.startsWith("file://")) return false;
    const path = decodeURIComponent(backend.slice("file://".length).replace(/\?.*$/, ""));
    const root = resolve(folder, path.replace(/^~/, homedir()));
    const torn = globSync(join(root, ".pulumi", "{stacks,locks}", "**", "*.attrs")).filter(isEmpty);
    for (const file of torn) rmSync(file, { force: true });
    return true;
}

function isEmpty(file: string): boolean {
    return statSync(file, { throwIfNoEntry: false })?.size === 0;
}
