import { closeSync, openSync, readSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import { systemErrorWords } from "./systemError.ts";

/** Bytes; what is read here is a key, a passphrase or a backup of a few thousand bytes. */
const LIMIT = 16 * 1024 * 1024;

/**
 * A file's text.
 *
 * @throws UserError, one line, when it cannot be read, or has more than 16 MiB
 */
export function readText(file: string): string {
    return readBytes(file).toString("utf8");
}

/**
 * A file's content. A pipe is read to its end (`<(age -d …)`); of what has no
 * end (`/dev/zero`), no more than the limit is ever read.
 *
 * @throws UserError, one line, when it cannot be read, or has more than 16 MiB
 */
export function readBytes(file: string): Buffer {
    const parts: Buffer[] = [];
    try {
        const fd = openSync(file, "r");
        try {
            for (let length = 0; length <= LIMIT;) {
                const part = Buffer.alloc(64 * 1024);
                const read = readSync(fd, part);
                if (read === 0) return Buffer.concat(parts);
                parts.push(part.subarray(0, read));
                length += read;
            }
        } finally {
            closeSync(fd);
        }
    } catch (error) {
        throw new UserError(`${file} cannot be read: ${systemErrorWords(error)}`, { cause: error });
    }
    throw new UserError(`${file} has more than 16 MiB: it is not the file that is meant`);
}
