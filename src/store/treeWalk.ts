import { lstatSync } from "node:fs";
import { onDisk } from "./bytePath.ts";
import { readFolder, refuseKind, type EntryType, type FolderEntry } from "./folder.ts";
import type { NarBuffer } from "./narBuffer.ts";
import { CLOSE, NODE, OPEN_ENTRY, OPEN_FOLDER } from "./narText.ts";
import type { Ahead } from "./readAhead.ts";
import { readFault } from "./readFault.ts";

/** One entry on the way through a tree. */
export interface Visit {
    /** Its path, bytes as latin1. */
    readonly at: string;
    readonly entry: FolderEntry & { readonly type: EntryType };
    readonly depth: number;
    /** The folder that it is in; undefined: it is the root. */
    readonly folder: Ahead | undefined;
}

/**
 * Walks through a tree in a NAR's order, and writes what stands around the
 * entries; whoever walks writes files and links. Not recursive: a tree can be
 * as deep as a path can be long.
 */
export function* nodes(root: string, caseHack: boolean, nar: NarBuffer): Generator<Visit> {
    const open: { at: string; entries: FolderEntry[]; next: number }[] = [];
    const enter = function* (at: string, found: FolderEntry): Generator<Visit> {
        const entry = { ...found, type: found.type ?? typeOf(at) };
        if (entry.type === "directory") nar.add(OPEN_FOLDER);
        yield { at, entry, depth: open.length, folder: open.at(-1) };
        if (entry.type === "directory") open.push({ at, entries: readFolder(at, caseHack), next: 0 });
        else if (open.length > 0) nar.add(CLOSE);
    };
    yield* enter(root, { name: "", onDisk: "", type: undefined });
    for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
        const entry = folder.entries[folder.next++];
        if (entry === undefined) {
            open.pop();
            nar.add(CLOSE);
            // Of the entry that the folder is.
            if (open.length > 0) nar.add(CLOSE);
            continue;
        }
        nar.add(OPEN_ENTRY);
        nar.addText(onDisk(entry.name));
        nar.add(NODE);
        yield* enter(`${folder.at}/${entry.onDisk}`, entry);
    }
}

function typeOf(at: string): EntryType {
    let stat;
    try {
        stat = lstatSync(onDisk(at));
    } catch (error) {
        throw readFault(at, error);
    }
    refuseKind(at, stat);
    return stat.isDirectory() ? "directory" : stat.isSymbolicLink() ? "symlink" : "regular";
}
