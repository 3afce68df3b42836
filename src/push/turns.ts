import { Changes } from "../system/changes.ts";
import { waitMs, type Entry } from "./entry.ts";
import { inOrder, type Find } from "./inOrder.ts";
import type { Queue } from "./queue.ts";

/** Milliseconds after which the queue is read again: where the system tells of changes, and where it does not. */
const AGAIN_MS = 60_000;
const AGAIN_UNTOLD_MS = 10_000;

/** Reading a queue takes at most one part of so many of the time, however much waits there for another try. */
const SHARE = 10;

/** What comes next: a path to push, or milliseconds to wait. */
export type Turn = Entry | number;

/**
 * Whose turn it is. The folder is read as a stream, from its begin to its end,
 * and then again when that can have changed anything: what the system tells
 * of in between needs no reading, and a queue of any size costs each of its
 * paths one look.
 */
export class Turns {
    private readonly queue: Queue;
    private readonly longestMs: number;
    private readonly find: Find;
    private readonly onStrange: (file: string) => void;
    private readonly changes: Changes;
    private pass: Iterator<Entry> | undefined;
    private told = false;
    private readAt = -Infinity;
    private tookMs = 0;
    /** How many waited in this pass, and how many were there no more since it began. */
    private seen = 0;
    private done = 0;
    /** When the first of those may be tried that may not be yet. */
    private soonest = Infinity;

    /**
     * @param longestMs the longest pause between two tries
     * @param onStrange takes what lies in the queue and is none of its files
     */
    constructor(queue: Queue, longestMs: number, find: Find, onStrange: (file: string) => void) {
        this.queue = queue;
        this.longestMs = longestMs;
        this.find = find;
        this.onStrange = onStrange;
        this.changes = new Changes(queue.watched);
    }

    /** @throws what the file system throws, where the queue cannot be read */
    next(): Turn {
        try {
            return this.inPass() ?? this.ofChanges() ?? this.untilPass();
        } catch (error) {
            this.pass = undefined;
            throw error;
        }
    }

    /** Whether nothing waits, as far as is known: the last pass found nothing, and nothing was told of since. */
    get isEmpty(): boolean {
        return this.seen === 0 && this.done === 0;
    }

    /** Tells that one is not in the queue any more. */
    gone(): void {
        this.done++;
    }

    /** Tells that one was tried in vain. */
    failed(entry: Entry): void {
        this.ifDue(entry);
    }

    /** Waits until something changes, at most so many milliseconds. */
    wait(atMostMs: number): Promise<void> {
        return this.changes.wait(atMostMs);
    }

    close(): void {
        this.changes.close();
    }

    private inPass(): Entry | undefined {
        if (this.pass === undefined) return undefined;
        for (;;) {
            const begun = performance.now();
            const next = this.pass.next();
            this.tookMs += performance.now() - begun;
            if (next.done === true) break;
            this.seen++;
            const due = this.ifDue(next.value);
            if (due !== undefined) return due;
        }
        this.pass = undefined;
        this.readAt = performance.now();
        return undefined;
    }

    private ofChanges(): Entry | undefined {
        for (let name = this.changes.take(); name !== undefined; name = this.changes.take()) {
            const entry = this.find(name);
            const due = entry === undefined ? undefined : this.ifDue(entry);
            if (due !== undefined) return due;
        }
        return undefined;
    }

    private untilPass(): Turn {
        const now = performance.now();
        const unchanged = this.seen === 0 ? 0 : Math.max(1 - this.done / this.seen, 0);
        const rest = this.readAt + this.tookMs * SHARE * unchanged - now;
        const again = this.readAt + (this.told ? AGAIN_MS : AGAIN_UNTOLD_MS) - now;
        // What came while some were pushed may not have been told of, and where all are gone it is to be known.
        const due = this.changes.isIncomplete || this.done > 0 ? 0 : this.soonest - Date.now();
        const pause = Math.max(rest, Math.min(again, due));
        if (pause > 0) return pause;
        this.begin();
        return this.inPass() ?? this.untilPass();
    }

    private begin(): void {
        this.told = this.changes.watch();
        this.pass = inOrder(this.queue.names(this.onStrange), this.find);
        this.seen = 0;
        this.done = 0;
        this.tookMs = 0;
        this.soonest = Infinity;
    }

    private ifDue(entry: Entry): Entry | undefined {
        const now = Date.now();
        const wait = waitMs(entry, now, this.longestMs);
        if (wait === 0) return entry;
        this.soonest = Math.min(this.soonest, now + wait);
        return undefined;
    }
}
