import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

/**
 * Writes a file as a whole or not at all: who reads it never sees half of it,
 * and what was there stays until all of the new one is written.
 *
 * A link stays a link. What is no regular file (`/dev/null`, a pipe) is written
 * to, never replaced.
 *
 * @param mode the file's mode; one that is there already gets it too
 * @throws what Node's file system throws, where it cannot be written
 */
export function writeWhole(file: string, data: string | Uint8Array, mode: number): void {
    const present = existsSync(file);
    if (present && !statSync(file).isFile()) {
        writeFileSync(file, data);
        return;
    }
    const real = present ? realpathSync(file) : file;
    const unfinished = `${real}.unfinished`;
    // One that an earlier run left behind would keep its own mode.
    rmSync(unfinished, { force: true });
    writeFileSync(unfinished, data, { mode });
    renameSync(unfinished, real);
}
