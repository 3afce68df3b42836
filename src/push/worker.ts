import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { Attempts } from "./attempts.ts";
import { pauseMs } from "./backoff.ts";
import type { Entry } from "./entry.ts";
import { Notes } from "./notes.ts";
import type { Queue } from "./queue.ts";
import type { Settings } from "./settings.ts";
import { isSystemError } from "../system/systemError.ts";
import { inOrder } from "./inOrder.ts";
import { Turns, type Turn } from "./turns.ts";

/**
 * How long it works: until the queue is empty; until each path was tried once,
 * or the server turned out to be away; or for ever.
 */
export type Mode = "empty" | "once" | "watch";

/** What a piece of work came to. */
export interface Worked {
    /** Number of paths that were given up. */
    readonly givenUp: number;
    /** Why the last path was not pushed, where it was the server or this machine. Default: it was pushed. */
    readonly outage?: Error;
}

/** Outages in a row after which `once` leaves the rest for the next time. */
const ENOUGH = 3;

/** Paths of a batch, at most: Nix is asked for so many in one process. */
const BATCH = 2_000;

/** Works a queue. Whoever makes one holds the queue's lock. */
export class Worker {
    private readonly queue: Queue;
    private readonly settings: Settings;
    private readonly notes: Notes;
    private readonly turns: Turns;
    private readonly attempts: Attempts;

    /**
     * @param say takes a line for each push and each failure
     * @throws UserError when the queue's folders cannot be made
     */
    constructor(queue: Queue, settings: Settings, say: (line: string) => void) {
        queue.make();
        this.queue = queue;
        this.notes = new Notes(queue, say);
        this.turns = new Turns(
            queue,
            settings.backoff.longestMs,
            (name) => this.notes.find(name),
            (file) => this.notes.strange(file),
        );
        // Its own: if the one before was killed, its Nix may still write.
        const folder = mkdtempSync(join(queue.work, "push-"));
        this.settings = { ...settings, nix: { home: join(folder, "home"), ...settings.nix } };
        this.attempts = new Attempts(this.settings, this.notes, say);
    }

    /**
     * @returns when the mode says so; in mode `watch` never
     * @throws what the file system throws when the queue cannot be read, but in mode `watch`
     */
    async work(mode: Mode): Promise<Worked> {
        try {
            if (mode === "once") await this.once();
            else await this.on(mode);
        } finally {
            this.turns.close();
        }
        const { givenUp, outage } = this.attempts;
        return { givenUp, ...(outage === undefined ? {} : { outage }) };
    }

    private async once(): Promise<void> {
        const names = this.queue.names((file) => this.notes.strange(file));
        let batch: Entry[] = [];
        const push = async () => {
            if (batch.length > 0) await this.attempts.try(batch, () => undefined);
            batch = [];
        };
        for (const entry of inOrder(names, (name) => this.notes.find(name))) {
            batch.push(entry);
            if (batch.length < BATCH) continue;
            await push();
            if (this.attempts.outages >= ENOUGH) return;
        }
        await push();
    }

    private async on(mode: Mode): Promise<void> {
        for (;;) {
            const batch = this.gather(mode);
            if (typeof batch !== "number") {
                const waiting = await this.attempts.try(batch, () => this.turns.gone());
                for (const entry of waiting) this.turns.failed(entry);
                if (this.attempts.outages > 0) await this.rest();
            } else if (mode !== "watch" && this.turns.isEmpty) {
                return;
            } else {
                await this.turns.wait(batch);
            }
        }
    }

    /** All that is due, as far as a batch goes; or milliseconds to wait. */
    private gather(mode: Mode): Entry[] | number {
        const batch = new Map<string, Entry>();
        // What has come round again is in the batch already.
        for (let again = 0; batch.size < BATCH && again <= batch.size;) {
            const turn = this.next(mode);
            if (typeof turn === "number") {
                if (batch.size === 0) return turn;
                break;
            }
            if (batch.has(turn.path)) again++;
            else batch.set(turn.path, turn);
        }
        return [...batch.values()];
    }

    private next(mode: Mode): Turn {
        try {
            const turn = this.turns.next();
            this.notes.well("read");
            return turn;
        } catch (error) {
            if (mode !== "watch" || !isSystemError(error)) throw error;
            this.notes.trouble("read", error);
            return pauseMs(this.settings.backoff, 2);
        }
    }

    /** After an outage, nothing at all is tried for a while. */
    private async rest(): Promise<void> {
        const pause = pauseMs(this.settings.backoff, this.attempts.outages);
        const nextTry = new Date(Date.now() + pause).toISOString();
        this.notes.change((state) => ({ ...state, nextTry }));
        await new Promise((resolve) => setTimeout(resolve, pause));
    }
}
