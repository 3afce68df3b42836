import {
    appendFileSync,
    chownSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
} from "node:fs";
import { join } from "node:path";
import { syncFolder, writeDurably } from "./durable.ts";
import { newEntry, readEntry, type Entry } from "./entry.ts";
import { baseName } from "./storePath.ts";

/** What became of a path that was to be queued. */
export type Added = "queued" | "waiting already" | "dropped";

/**
 * A queue in a folder: one small file for each path, so that a build that adds
 * and a service that removes never touch the same file, and a machine that
 * stops at any moment leaves a whole queue behind.
 */
export class Queue {
    private readonly waiting: string;
    private readonly given: string;
    private readonly through: string;
    private readonly drops: string;
    /** Folder for what a push writes while it runs; emptied when the next one starts. */
    readonly work: string;
    /** File for the service's own state. */
    readonly state: string;
    /** File that only one service holds. */
    readonly lock: string;

    /** @param folder made with its folders when it is missing */
    constructor(folder: string) {
        this.waiting = join(folder, "waiting");
        this.given = join(folder, "failed");
        this.through = join(folder, "new");
        this.drops = join(folder, "dropped");
        this.work = join(folder, "work");
        this.state = join(folder, "state.json");
        this.lock = join(folder, "lock");
        mkdirSync(folder, { recursive: true });
        for (const part of [this.waiting, this.given, this.through]) makeFor(folder, part);
    }

    /**
     * Adds a path and returns when it is on the disk. One that had failed gets a new chance.
     *
     * @param limit number of waiting paths from which on others are dropped, and counted
     */
    add(path: string, limit: number, now = new Date()): Added {
        const name = baseName(path);
        if (existsSync(join(this.waiting, name))) return "waiting already";
        if (readdirSync(this.waiting).length >= limit) {
            // A byte for each: appending one is never torn, and the size is the number.
            appendFileSync(this.drops, ".", { mode: 0o644 });
            return "dropped";
        }
        this.write(this.waiting, newEntry(path, now));
        rmSync(join(this.given, name), { force: true });
        return "queued";
    }

    /** What waits, in no order. */
    list(): Entry[] {
        return this.read(this.waiting);
    }

    /** What was given up. */
    failed(): Entry[] {
        return this.read(this.given);
    }

    /** Number of paths that were dropped since the queue was made. */
    dropped(): number {
        return statSync(this.drops, { throwIfNoEntry: false })?.size ?? 0;
    }

    /** Remembers what became of a try. */
    update(entry: Entry): void {
        this.write(this.waiting, entry);
    }

    /** Removes what was pushed. */
    remove({ path }: Entry): void {
        for (const folder of [this.waiting, this.given])
            rmSync(join(folder, baseName(path)), { force: true });
        syncFolder(this.waiting);
    }

    /** Puts a path among those that were given up. It is in one place or the other at every moment, or in both. */
    giveUp(entry: Entry): void {
        this.write(this.given, entry);
        rmSync(join(this.waiting, baseName(entry.path)), { force: true });
        syncFolder(this.waiting);
    }

    /** Queues again all that was given up. @returns how many */
    retry(now = new Date()): number {
        const entries = this.failed();
        for (const { path } of entries) {
            this.write(this.waiting, newEntry(path, now));
            rmSync(join(this.given, baseName(path)), { force: true });
        }
        return entries.length;
    }

    /** Keeps the service's state. */
    writeState(text: string): void {
        writeDurably(this.state, text, this.through);
    }

    /** Calls back for each change of what waits, where the system tells; the caller looks from time to time all the same. */
    get watched(): string {
        return this.waiting;
    }

    private write(folder: string, entry: Entry): void {
        writeDurably(join(folder, baseName(entry.path)), `${JSON.stringify(entry)}\n`, this.through);
    }

    private read(folder: string): Entry[] {
        return readdirSync(folder).flatMap((name) => {
            try {
                const file = join(folder, name);
                return [readEntry(name, readFileSync(file, "utf8"), statSync(file).mtime)];
            } catch (error) {
                // It was removed since the folder was read.
                if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
                throw error;
            }
        });
    }
}

/** Makes a folder that belongs to whom the queue belongs: the hook that adds is root's, the service may not be. */
function makeFor(folder: string, part: string): void {
    if (existsSync(part)) return;
    mkdirSync(part, { recursive: true });
    if (process.getuid?.() !== 0) return;
    const { uid, gid } = statSync(folder);
    chownSync(part, uid, gid);
}
