import {
    closeSync,
    constants,
    fstatSync,
    lstatSync,
    opendirSync,
    openSync,
    statSync,
    writeSync,
} from "node:fs";
import { join } from "node:path";
import { UserError } from "../cache/problem.ts";
import { syncFolder } from "../system/durable.ts";
import { makeFolder } from "../system/folders.ts";
import { baseName } from "../cache/storePath.ts";
import { hasCode } from "../system/systemError.ts";

/** What became of a path that was to be queued. */
export type Added = "queued" | "waiting already" | "dropped";

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/**
 * Where builds leave what they have made: one empty file for each store path,
 * called as the path is. It is all that a post-build-hook writes, and the hook is
 * root's, while the service that pushes mostly is not. So:
 *
 * - `incoming/` and all above it are root's, and nobody else can write there;
 * - `incoming/paths/` is root's too, and the service's group may write in it, to
 *   take away what is pushed. Whatever it puts there meanwhile does no harm: a
 *   file is made only where nothing of that name is, and no link is followed;
 * - `incoming/dropped` has a byte for each path that found the queue full.
 */
export class Incoming {
    private readonly folder: string;
    private readonly drops: string;
    /** Folder with the files. */
    readonly paths: string;

    /** @param queue the queue's folder; nothing is made yet */
    constructor(queue: string) {
        this.folder = join(queue, "incoming");
        this.paths = join(this.folder, "paths");
        this.drops = join(this.folder, "dropped");
    }

    /** Makes the folders. @throws UserError when that cannot be, or root shall not write there */
    make(): void {
        const asRoot = process.getuid?.() === 0;
        makeFolder(this.folder, asRoot ? "root" : "any");
        makeFolder(this.paths, asRoot ? "root, group" : "any");
    }

    /**
     * Adds paths and returns when they are on the disk.
     *
     * @param paths store paths
     * @param limit number of waiting paths from which on others are dropped, and counted
     * @returns for each what became of it
     */
    add(paths: readonly string[], limit: number): Added[] {
        let room = this.room(limit);
        const added = paths.map((path) => {
            const one = this.addOne(baseName(path), room);
            if (one === "queued") room--;
            return one;
        });
        if (added.includes("queued")) syncFolder(this.paths);
        const dropped = added.filter((one) => one === "dropped").length;
        if (dropped > 0) this.drop(dropped);
        return added;
    }

    /** Number of paths that may be added until so many wait. Makes the folders where they are missing. */
    room(limit: number): number {
        this.make();
        return limit - this.count(limit);
    }

    /** Number of paths that were dropped since the queue was made. */
    dropped(): number {
        return statSync(this.drops, { throwIfNoEntry: false })?.size ?? 0;
    }

    private addOne(name: string, room: number): Added {
        const file = join(this.paths, name);
        if (room <= 0)
            return lstatSync(file, { throwIfNoEntry: false }) === undefined ? "dropped" : "waiting already";
        try {
            closeSync(openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644));
            return "queued";
        } catch (error) {
            // Another hook, or the service's own doing.
            if (hasCode(error, "EEXIST")) return "waiting already";
            throw error;
        }
    }

    /** @returns number of files, or `enough` where there are more */
    private count(enough: number): number {
        const folder = opendirSync(this.paths);
        try {
            let count = 0;
            while (count < enough && folder.readSync() !== null) count++;
            return count;
        } finally {
            folder.closeSync();
        }
    }

    /** A byte for each: appending is never torn, and the size is the number. */
    private drop(count: number): void {
        const fd = openSync(this.drops, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
        try {
            // One that was made while the folder was another's may be a second name of any file.
            const { nlink, uid } = fstatSync(fd);
            if (!fstatSync(fd).isFile() || nlink !== 1 || uid !== process.getuid?.())
                throw new UserError(`${this.drops} is not this queue's: remove it`);
            writeSync(fd, ".".repeat(count));
        } finally {
            closeSync(fd);
        }
    }
}
