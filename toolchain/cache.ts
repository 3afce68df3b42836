import { createHash } from "node:crypto";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
} from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../src/system/cacheFolder.ts";
import { removeOldLogs, removeUnfinished } from "./leftovers.ts";

/**
 * Makes a folder of the cache under a temporary name and renames it when it is
 * whole, so that an interrupted run leaves nothing that looks ready, and two
 * runs at once do not write into each other's files.
 *
 * @param make fills its first folder, with a second one to work in that is removed; when it says
 *   false, nothing is kept
 * @returns the folder, or undefined when there was nothing to keep
 */
export async function makeFolder(
    name: string,
    make: (made: string, work: string) => Promise<boolean>,
): Promise<string | undefined> {
    const folder = join(cacheFolder(), name);
    mkdirSync(cacheFolder(), { recursive: true });
    removeUnfinished(cacheFolder());
    const temporary = mkdtempSync(join(cacheFolder(), `making-${name}-`));
    // Also when the process is told to end in between.
    const remove = () => rmSync(temporary, { recursive: true, force: true });
    process.once("exit", remove);
    try {
        const [made, work] = [join(temporary, "made"), join(temporary, "work")];
        mkdirSync(made);
        mkdirSync(work);
        if (!(await make(made, work))) return undefined;
        try {
            renameSync(made, folder);
        } catch (error) {
            // Another run was first, and what it made is as good.
            if (!existsSync(folder)) throw error;
        }
        return folder;
    } finally {
        remove();
        process.off("exit", remove);
    }
}

/** The file that takes the output of a build; the newest few are kept. */
export function logFile(name: string): string {
    const folder = join(cacheFolder(), "logs");
    mkdirSync(folder, { recursive: true });
    removeOldLogs(folder);
    return join(folder, `${name}-${process.pid}.log`);
}

/** Bytes of all the files below a folder: whether a download moves. */
export function sizeOf(folder: string): number {
    let size = 0;
    try {
        for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
            size += statSync(join(folder, entry), { throwIfNoEntry: false })?.size ?? 0;
        }
    } catch {
        // Files come and go while a download is unpacked.
    }
    return size;
}

/** Short name for the content of a folder's files, so that a changed source is built anew. */
export function contentHash(folder: string): string {
    const hash = createHash("sha256");
    const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    for (const name of files.map((file) => file.name).sort()) {
        hash.update(name)
            .update("\0")
            .update(readFileSync(join(folder, name)))
            .update("\0");
    }
    return hash.digest("hex").slice(0, 12);
}
