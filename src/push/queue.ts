import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { STORE_DIR } from "../cache/nar.ts";
import { syncFolder, writeThrough } from "../system/durable.ts";
import { newEntry, type Entry } from "./entry.ts";
import { entriesOf, fileAt, read } from "./entryFiles.ts";
import { isFolder, makeFolder } from "../system/folders.ts";
import { Incoming, type Added } from "./incoming.ts";
import { baseName, isStorePath } from "../cache/storePath.ts";

/**
 * A queue in a folder: one small file for each path, so that a build that adds
 * and a service that removes never touch the same file, and a machine that
 * stops at any moment leaves a whole queue behind.
 *
 * `incoming/` is the builds' ({@link Incoming}), `state/` the service's: what
 * it has tried, has given up, and remembers. A path waits while any of the
 * folders of waiting paths has a file of its name; a version before this one kept
 * all of it in the queue's folder itself, which is read and emptied, not
 * written.
 */
export class Queue {
    private readonly folder: string;
    private readonly incoming: Incoming;
    /** Folders of what waits; the one that builds write to is the last word on nothing but the name. */
    private readonly waiting: readonly [own: string, before: string, incoming: string];
    private readonly given: readonly [own: string, before: string];
    private readonly through: string;
    private readonly strange: string;
    private readonly dropsBefore: string;
    /** Folder for what a push writes while it runs; emptied when the next one starts. */
    readonly work: string;
    /** Files with the service's own state: the one that is written, and that of a version before. */
    readonly state: readonly [string, string];
    /** File that only one service holds. */
    readonly lock: string;
    /** Files of what watches the store: what is done with, and a lock. */
    readonly watch: { readonly mark: string; readonly lock: string };
    /** The service's own folder. */
    readonly own: string;

    /** @param folder need not be there yet */
    constructor(folder: string) {
        this.folder = folder;
        this.own = join(folder, "state");
        this.incoming = new Incoming(folder);
        this.waiting = [join(this.own, "waiting"), join(folder, "waiting"), this.incoming.paths];
        this.given = [join(this.own, "failed"), join(folder, "failed")];
        this.through = join(this.own, "new");
        this.strange = join(this.own, "strange");
        this.dropsBefore = join(folder, "dropped");
        this.work = join(this.own, "work");
        this.state = [join(this.own, "state.json"), join(folder, "state.json")];
        this.lock = join(this.own, "lock");
        this.watch = { mark: join(this.own, "watch.json"), lock: join(this.own, "watch.lock") };
    }

    /** Makes the service's folders. @throws UserError when that cannot be */
    make(): void {
        for (const part of [this.waiting[0], this.given[0], this.through, this.strange])
            makeFolder(part, "any");
        // What is on its way to the cache is nobody else's.
        mkdirSync(this.work, { recursive: true, mode: 0o700 });
        try {
            if (!isFolder(this.incoming.paths)) this.incoming.make();
        } catch {
            // The hook makes them, where the queue is root's.
        }
    }

    /** Whether there is a queue. @throws UserError when there is something else in its place */
    isThere(): boolean {
        return isFolder(this.folder);
    }

    /** As a hook does it: {@link Incoming.add} */
    add(path: string, limit: number): Added {
        return this.incoming.add([path], limit)[0] ?? "dropped";
    }

    /**
     * Paths that wait, one after the other and in no order; never more of them in
     * memory than one. Some may be gone when they come.
     *
     * @param onStrange takes what is in the way: a folder, a link, a file with another name
     */
    *names(onStrange: (file: string) => void = () => undefined): Generator<string> {
        const [own, before, incoming] = this.waiting;
        for (const folder of [incoming, own, before]) {
            const earlier = folder === incoming ? [] : folder === own ? [incoming] : [incoming, own];
            for (const entry of entriesOf(folder)) {
                const { name } = entry;
                if (!entry.isFile() || !isStorePath(`${STORE_DIR}/${name}`)) onStrange(join(folder, name));
                else if (!earlier.some((one) => fileAt(join(one, name)) !== undefined)) yield name;
            }
        }
    }

    /** What is known of a path that waits; undefined: it does not. */
    find(name: string): Entry | undefined {
        const [own, before, incoming] = this.waiting;
        const queued = fileAt(join(incoming, name));
        // A file that cannot be read loses its history, not its path.
        const tried = read(own, name) ?? read(before, name);
        return tried ?? (queued === undefined ? undefined : newEntry(`${STORE_DIR}/${name}`, queued.mtime));
    }

    /** What waits, in no order. */
    list(): Entry[] {
        return [...this.names()].flatMap((name) => this.find(name) ?? []);
    }

    /** What was given up, and was not queued again since. */
    failed(): Entry[] {
        const names = this.given.flatMap((folder) => [...entriesOf(folder)].map(({ name }) => name));
        return [...new Set(names)].flatMap((name) => {
            const entry = isStorePath(`${STORE_DIR}/${name}`) && this.find(name) === undefined;
            return entry ? (read(this.given[0], name) ?? read(this.given[1], name) ?? []) : [];
        });
    }

    /** Number of paths that were dropped since the queue was made. */
    dropped(): number {
        const before = statSync(this.dropsBefore, { throwIfNoEntry: false });
        return this.incoming.dropped() + (before?.isFile() === true ? before.size : 0);
    }

    /** Remembers what became of a try. */
    update(entry: Entry): void {
        this.write(this.waiting[0], entry);
    }

    /** Removes what was pushed. */
    removeAll(entries: readonly Entry[]): void {
        const paths = entries.map(({ path }) => path);
        this.take([...this.waiting, ...this.given], paths);
    }

    /** Puts a path among those that were given up. It is in one place or the other at every moment, or in both. */
    giveUp(entry: Entry): void {
        this.write(this.given[0], entry);
        this.take(this.waiting, [entry.path]);
    }

    /** Queues again all that was given up. @returns how many */
    retry(now = new Date()): number {
        const entries = this.failed();
        if (entries.length > 0) this.make();
        for (const { path } of entries) {
            this.write(this.waiting[0], newEntry(path, now));
            this.take(this.given, [path]);
        }
        return entries.length;
    }

    /**
     * Puts something that is no queued path out of the way.
     *
     * @returns where it is now; undefined: it cannot be moved, and is passed over
     */
    setAside(file: string): string | undefined {
        const to = join(this.strange, `${Date.now()}-${file.slice(-100).replaceAll("/", "-")}`);
        try {
            renameSync(file, to);
            return to;
        } catch {
            return undefined;
        }
    }

    /** Keeps the service's state. */
    writeState(text: string): void {
        writeThrough(this.state[0], text, this.through);
    }

    /** Folders in which something changes when there is something new to push. */
    get watched(): readonly string[] {
        return [this.waiting[2], this.waiting[0]];
    }

    private write(folder: string, entry: Entry): void {
        writeThrough(join(folder, baseName(entry.path)), `${JSON.stringify(entry)}\n`, this.through);
    }

    /** One write of a folder for all of them: each takes longer than a file's removal. */
    private take(folders: readonly string[], paths: readonly string[]): void {
        for (const folder of folders) {
            let taken = false;
            for (const path of paths) {
                const file = join(folder, baseName(path));
                if (fileAt(file) === undefined) continue;
                rmSync(file, { force: true });
                taken = true;
            }
            if (taken) syncFolder(folder);
        }
    }
}
