import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { PathError } from "../cache/faults.ts";
import { onDisk, shownPath } from "./bytePath.ts";

/** A link or a pipe that took the file's place since it was looked at is neither followed nor waited for. */
export const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A file that is open. */
export interface OpenFile {
    readonly fd: number;
    readonly size: number;
    /** Whether its owner may run it, which is all that a NAR says of permissions. */
    readonly executable: boolean;
}

/** @param path bytes as latin1 */
export function openFile(path: string): OpenFile {
    const fd = openSync(onDisk(path), READ_ONLY);
    try {
        const stat = fstatSync(fd);
        if (!stat.isFile()) throw changed(path);
        return { fd, size: stat.size, executable: isExecutable(stat) };
    } catch (error) {
        closeSync(fd);
        throw error;
    }
}

export function isExecutable({ mode }: Stats): boolean {
    return (mode & constants.S_IXUSR) !== 0;
}

/**
 * Reads the whole of a file.
 *
 * @param into a byte longer than the file was, so that one that grew is seen
 * @throws PathError when it has another size by now
 */
export function readWhole(path: string, { fd, size }: OpenFile, into: Buffer): void {
    let read = 0;
    for (;;) {
        const more = readSync(fd, into, read, size + 1 - read, null);
        if (more === 0) break;
        read += more;
        if (read > size) break;
    }
    if (read !== size) throw changed(path);
}

/** It became another file, or its size is another. */
export function changed(path: string): PathError {
    return new PathError(`${shownPath(path)} changed while it was read, so its path was not pushed`);
}
