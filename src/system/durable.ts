import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasCode } from "./systemError.ts";

/**
 * Writes a file that is there whole or not at all, also when the power fails:
 * it gets its name only after its content is on the disk, and the name is on
 * the disk when this returns.
 *
 * For folders that are listed, where `writeDurable` (wholeFile.ts) would show
 * an unfinished file beside the others.
 *
 * @param through folder on the same file system for the file until it has its name
 */
export function writeThrough(file: string, text: string, through: string): void {
    const temporary = join(through, `${process.pid}-${randomBytes(8).toString("hex")}`);
    try {
        const fd = openSync(temporary, "wx", 0o644);
        try {
            // One write may take less than all, without an error.
            writeFileSync(fd, text);
            fsyncSync(fd);
        } finally {
            closeSync(fd);
        }
        renameSync(temporary, file);
    } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
    }
    syncFolder(dirname(file));
}

/** Brings a folder's entries to the disk, where the file system can be told to. */
export function syncFolder(folder: string): void {
    const fd = openSync(folder, "r");
    try {
        fsyncSync(fd);
    } catch (error) {
        if (!hasCode(error, "EINVAL", "ENOTSUP", "ENOSYS")) throw error;
    } finally {
        closeSync(fd);
    }
}
