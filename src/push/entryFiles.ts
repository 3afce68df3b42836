import { lstatSync, opendirSync, readFileSync, type Dirent, type Stats } from "node:fs";
import { join } from "node:path";
import { readEntry, type Entry } from "./entry.ts";
import { hasCode } from "../system/systemError.ts";

/** A file, if it is one and no link. */
export function fileAt(file: string): Stats | undefined {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats?.isFile() === true ? stats : undefined;
}

/** What an entry's file says; undefined: there is none. */
export function read(folder: string, name: string): Entry | undefined {
    const file = join(folder, name);
    const stats = fileAt(file);
    if (stats === undefined) return undefined;
    try {
        return readEntry(name, readFileSync(file, "utf8"), stats.mtime);
    } catch (error) {
        // It was removed since.
        if (hasCode(error, "ENOENT")) return undefined;
        throw error;
    }
}

/** What is in a folder, one after the other; nothing where there is no folder. */
export function* entriesOf(folder: string): Generator<Dirent> {
    let open;
    try {
        open = opendirSync(folder);
    } catch (error) {
        if (hasCode(error, "ENOENT")) return;
        throw error;
    }
    try {
        for (let entry = open.readSync(); entry !== null; entry = open.readSync()) yield entry;
    } finally {
        open.closeSync();
    }
}
