import { STORE_DIR } from "../cache/nar.ts";
import type { Entry } from "./entry.ts";
import { oneLine } from "../store/outage.ts";
import type { Queue } from "./queue.ts";
import { afterStart, readState, type State } from "./state.ts";
import { isSystemError } from "../system/systemError.ts";

/** What is kept in memory, of paths and of files, where it cannot be written; the oldest is forgotten first. */
const MOST = 1_000;

/** What cannot be done with the queue's folder at the moment. */
type Trouble = "read" | "write";

/**
 * What the service notes in its queue. A disk that is full, or has become
 * read-only, does not end its work: what cannot be written is kept in memory
 * and written the next time, and that is said once.
 */
export class Notes {
    private readonly queue: Queue;
    private readonly say: (line: string) => void;
    private readonly unwritten = new Map<string, Entry>();
    private readonly told = new Set<string>();
    private readonly troubles = new Set<Trouble>();
    private current: State;

    /** @param say takes a line for a person */
    constructor(queue: Queue, say: (line: string) => void) {
        this.queue = queue;
        this.say = say;
        this.current = afterStart(readState(queue));
    }

    get state(): State {
        return this.current;
    }

    /** What is known of a path that waits, by its file's name. */
    find(name: string): Entry | undefined {
        const found = this.queue.find(name);
        return found === undefined ? undefined : (this.unwritten.get(`${STORE_DIR}/${name}`) ?? found);
    }

    /** Remembers what became of a try. */
    update(entry: Entry): void {
        bounded(this.unwritten).set(entry.path, entry);
        if (this.write(() => this.queue.update(entry))) this.unwritten.delete(entry.path);
    }

    /** @returns whether it was given up; it is tried once more where that cannot be noted */
    giveUp(entry: Entry): boolean {
        if (this.write(() => this.queue.giveUp(entry))) {
            this.unwritten.delete(entry.path);
            return true;
        }
        bounded(this.unwritten).set(entry.path, entry);
        return false;
    }

    /** Takes from the queue what was pushed. @throws what the file system throws */
    removeAll(entries: readonly Entry[]): void {
        this.queue.removeAll(entries);
        for (const { path } of entries) this.unwritten.delete(path);
    }

    /** Changes the state. */
    change(how: (state: State) => State): void {
        this.current = how(this.current);
        this.write(() => this.queue.writeState(`${JSON.stringify(this.current)}\n`));
    }

    /** Something in the queue that is no queued path: it is put out of the way, and the rest goes on. */
    strange(file: string): void {
        if (this.told.has(file)) return;
        if (this.told.size < MOST) this.told.add(file);
        const to = this.queue.setAside(file);
        this.say(`${file} is no queued path: ${to === undefined ? "passed over" : `moved to ${to}`}`);
    }

    /** Says, once as long as it lasts, what cannot be done. */
    trouble(what: Trouble, error: Error): void {
        if (this.troubles.has(what)) return;
        this.troubles.add(what);
        const on = what === "read" ? "it is tried again" : "what is to be noted stays in memory until it can";
        this.say(`the queue cannot be ${what === "read" ? "read" : "written"}: ${oneLine(error)}; ${on}`);
    }

    /** Tells that something can be done. */
    well(what: Trouble): void {
        if (this.troubles.delete(what))
            this.say(`the queue can be ${what === "read" ? "read" : "written"} again`);
    }

    private write(how: () => void): boolean {
        try {
            how();
            this.well("write");
            return true;
        } catch (error) {
            if (!isSystemError(error)) throw error;
            this.trouble("write", error);
            return false;
        }
    }
}

function bounded<Value>(map: Map<string, Value>): Map<string, Value> {
    const [oldest] = map.keys();
    if (map.size >= MOST && oldest !== undefined) map.delete(oldest);
    return map;
}
