import { readdirSync } from "node:fs";
import { PathError } from "../cache/faults.ts";
import { onDisk, shownPath } from "./bytePath.ts";
import { readFault } from "./readFault.ts";

/** What an entry is, as far as a NAR tells. */
export type EntryType = "regular" | "symlink" | "directory";

/** An entry of a folder. Names and paths are strings of bytes (latin1): a name need be no text. */
export interface FolderEntry {
    /** Its name in the NAR. */
    readonly name: string;
    /** Its name on the disk: another where the case hack is undone. */
    readonly onDisk: string;
    /** undefined: the file system does not say, and it must be asked. */
    readonly type: EntryType | undefined;
}

/** What Nix adds on macOS to names that differ in their case alone (`archive.cc`). */
const CASE_HACK = "~nix~case~hack~";

/**
 * A folder's entries in the order of their bytes. All names are in memory, which
 * a sorted format needs: 100,000 take about 20 MB.
 *
 * @param path bytes as latin1
 * @param caseHack whether the names' case hack is undone
 * @throws PathError where an entry is no file, folder or link, or two come to the same name; MachineError when it cannot be read
 */
export function readFolder(path: string, caseHack: boolean): FolderEntry[] {
    let found;
    try {
        found = readdirSync(onDisk(path), { encoding: "latin1", withFileTypes: true });
    } catch (error) {
        throw readFault(path, error);
    }
    const entries = found.map((entry): FolderEntry => {
        const type = entry.isFile()
            ? "regular"
            : entry.isDirectory()
              ? "directory"
              : entry.isSymbolicLink()
                ? "symlink"
                : undefined;
        if (type === undefined) refuseKind(`${path}/${entry.name}`, entry);
        return { name: caseHack ? withoutHack(entry.name) : entry.name, onDisk: entry.name, type };
    });
    // By UTF-16 units, each of which is a byte here.
    entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    if (caseHack) refuseSame(path, entries);
    return entries;
}

/** What is asked of an entry, by readdir(3) or lstat(2). */
interface Kind {
    isSocket(): boolean;
    isFIFO(): boolean;
    isBlockDevice(): boolean;
    isCharacterDevice(): boolean;
}

/** @throws PathError for what no NAR can hold */
export function refuseKind(path: string, kind: Kind): void {
    const what = kind.isSocket()
        ? "a socket"
        : kind.isFIFO()
          ? "a pipe"
          : kind.isBlockDevice() || kind.isCharacterDevice()
            ? "a device"
            : undefined;
    if (what !== undefined)
        throw new PathError(`${shownPath(path)} is ${what}; a NAR holds files, folders and links alone`);
}

function withoutHack(name: string): string {
    const at = name.indexOf(CASE_HACK);
    return at < 0 ? name : name.slice(0, at);
}

function refuseSame(path: string, entries: readonly FolderEntry[]): void {
    const same = entries.find(({ name }, index) => name === entries[index + 1]?.name);
    if (same !== undefined)
        throw new PathError(`${shownPath(path)} has two entries that Nix both calls ${shownPath(same.name)}`);
}
