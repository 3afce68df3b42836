import { createHash } from "node:crypto";
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Milliseconds after which nobody writes to one any more. */
const ABANDONED_MS = 3_600_000;

/** The name of a file's new content until it is whole: `.NAME.RANDOM.unfinished`, hidden. */
export function unfinishedName(name: string, random: string): string {
    return `.${short(name)}.${random}.unfinished`;
}

/**
 * Removes what runs that were killed have left of a file.
 *
 * @param alone whether nobody else can be writing the file now; default: false, and only what is
 *   an hour old is removed
 * @param beside what may come after the file's name in the names of others that are written with it. Default: nothing
 */
export function removeUnfinished(file: string, alone = false, beside = /(?!)/): void {
    const [folder, name] = [dirname(file), basename(file)];
    // Of versions that wrote one after the other under this name.
    remove(`${file}.unfinished`);
    const start = `.${short(name)}.`;
    const end = new RegExp(`^(?:(?:${beside.source})\\.)?[0-9a-f]{16}\\.unfinished$`);
    for (const entry of names(folder))
        if (entry.startsWith(start) && end.test(entry.slice(start.length)))
            removeAbandoned(join(folder, entry), alone);
}

function removeAbandoned(file: string, alone: boolean): void {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found?.isFile() === true && (alone || Date.now() - found.mtimeMs > ABANDONED_MS)) remove(file);
}

/** A name may have 255 bytes, and a longer one is made of it. */
function short(name: string): string {
    return Buffer.byteLength(name) <= 200 ? name : createHash("sha256").update(name).digest("hex");
}

function names(folder: string): string[] {
    try {
        return readdirSync(folder);
    } catch {
        // Whoever writes the file will say what is wrong with its folder.
        return [];
    }
}

function remove(file: string): void {
    try {
        rmSync(file, { force: true });
    } catch {
        // A folder of this name is nothing of ours.
    }
}
