import { readdirSync, rmSync, statSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { fileBackendFolder } from "./fileBackend.ts";

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
    const root = fileBackendFolder(backend, folder);
    if (root === undefined) return false;
    for (const part of ["stacks", "locks"])
        for (const file of filesBelow(join(root, ".pulumi", part)))
            if (file.endsWith(".attrs") && isEmpty(file)) rmSync(file, { force: true });
    return true;
}

/** The folder's path is a path: a pattern that is made of it finds nothing where it holds `[x]`. */
function* filesBelow(folder: string): Generator<string> {
    let entries: Dirent[];
    try {
        entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
        // Not there, or gone since: other commands work in it too.
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
        throw error;
    }
    for (const entry of entries) {
        if (entry.isDirectory()) yield* filesBelow(join(folder, entry.name));
        else yield join(folder, entry.name);
    }
}

function isEmpty(file: string): boolean {
    return statSync(file, { throwIfNoEntry: false })?.size === 0;
}
