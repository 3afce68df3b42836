import { randomBytes } from "node:crypto";
import {
    closeSync,
    constants,
    fchmodSync,
    fstatSync,
    fsyncSync,
    linkSync,
    lstatSync,
    openSync,
    realpathSync,
    renameSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../cache/problem.ts";
import { syncFolder } from "./durable.ts";
import { removeUnfinished, unfinishedName } from "./unfinished.ts";
import { hasCode } from "./systemError.ts";
import { unbroken } from "./unbroken.ts";

/**
 * Writes a file as a whole or not at all: who reads it never sees half of it,
 * and what was there stays until all of the new one is written.
 *
 * A link stays a link; one that another user made is not followed. What is no
 * regular file (`/dev/null`, a pipe) is written to, never replaced.
 *
 * @param mode the file's mode, whatever the umask; one that is there already gets it too
 * @throws what Node's file system throws, where it cannot be written; UserError for a link that leads nowhere
 */
export function writeWhole(file: string, data: string | Uint8Array, mode: number): void {
    write(file, data, mode, false);
}

/** The same, also when the power fails: content and name are on the disk when this returns. */
export function writeDurable(file: string, data: string | Uint8Array, mode: number): void {
    write(file, data, mode, true);
}

/**
 * Makes a file that is not there yet, whole and on the disk when this returns.
 *
 * @returns false when there is something of this name; it is left as it is
 */
export function createDurable(file: string, data: string | Uint8Array, mode: number): boolean {
    return unbroken(() => {
        const temporary = prepare(file, data, mode, true);
        try {
            if (!nameIt(temporary, file)) return false;
        } finally {
            rmSync(temporary, { force: true });
        }
        syncFolder(dirname(file));
        return true;
    });
}

/** The file that a name stands for: the end of its links. @throws as {@link writeWhole} */
export function realFile(file: string): string {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() !== true) return file;
    const self = process.getuid?.();
    if (self !== undefined && ![0, self].includes(found.uid))
        throw new UserError(`${file} is a link that another user has made; it is not followed`);
    const end = statSync(file, { throwIfNoEntry: false });
    if (end === undefined) throw new UserError(`${file} is a link to something that is not there`);
    // A pipe behind /dev/stdout has no name of its own.
    return end.isFile() ? realpathSync(file) : file;
}

function write(file: string, data: string | Uint8Array, mode: number, durable: boolean): void {
    const real = realFile(file);
    if (statSync(real, { throwIfNoEntry: false })?.isFile() === false) {
        writeInto(real, data);
        return;
    }
    removeUnfinished(real);
    unbroken(() => {
        const temporary = prepare(real, data, mode, durable);
        try {
            renameSync(temporary, real);
        } catch (error) {
            rmSync(temporary, { force: true });
            throw error;
        }
        if (durable) syncFolder(dirname(real));
    });
}

/** Neither made nor emptied: it may have become a file since it was looked at. */
function writeInto(special: string, data: string | Uint8Array): void {
    const fd = openSync(special, constants.O_WRONLY);
    try {
        if (fstatSync(fd).isFile()) throw new UserError(`${special} was changed by somebody else meanwhile`);
        writeFileSync(fd, data);
    } finally {
        closeSync(fd);
    }
}

/** The new content under a name that nobody can know, or have made already. */
function prepare(file: string, data: string | Uint8Array, mode: number, durable: boolean): string {
    const temporary = join(dirname(file), unfinishedName(basename(file), randomBytes(8).toString("hex")));
    const fd = openSync(temporary, "wx", 0o600);
    try {
        writeFileSync(fd, data);
        setMode(fd, mode);
        if (durable) fsyncSync(fd);
    } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
    } finally {
        closeSync(fd);
    }
    return temporary;
}

function setMode(fd: number, mode: number): void {
    try {
        fchmodSync(fd, mode);
    } catch (error) {
        // A USB stick's file system (FAT) knows no modes.
        if (!hasCode(error, "EPERM", "ENOTSUP", "ENOSYS")) throw error;
    }
}

/** Gives a file a name that is free. @returns false when it is not */
function nameIt(temporary: string, file: string): boolean {
    try {
        linkSync(temporary, file);
        return true;
    } catch (error) {
        if (hasCode(error, "EEXIST")) return false;
        // FAT knows no second names either.
        if (!hasCode(error, "EPERM", "ENOTSUP", "ENOSYS")) throw error;
    }
    if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return false;
    renameSync(temporary, file);
    return true;
}
