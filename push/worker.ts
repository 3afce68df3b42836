import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { ServerError } from "../server/serverError.ts";
import { pauseMs } from "./backoff.ts";
import type { Entry } from "./entry.ts";
import { isOutage, NixHung, oneLine } from "./faults.ts";
import { Memory } from "./memory.ts";
import { Notes } from "./notes.ts";
import { pushPath, type Pushed } from "./pushPath.ts";
import type { Queue } from "./queue.ts";
import type { Settings } from "./settings.ts";
import { afterFailure, afterOutage, afterPush } from "./state.ts";
import { isSystemError } from "./systemError.ts";
import { isWell } from "./transport.ts";
import { inOrder, Turns, type Turn } from "./turns.ts";

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

/** A push that takes so many milliseconds is named in the state. */
const LONG_MS = 10_000;

/** Works a queue. Whoever makes one holds the queue's lock. */
export class Worker {
    private readonly queue: Queue;
    private readonly settings: Settings;
    private readonly say: (line: string) => void;
    private readonly memory = new Memory();
    private readonly notes: Notes;
    private readonly turns: Turns;
    private readonly folder: string;
    private outages = 0;
    private outage: Error | undefined;
    private givenUp = 0;

    /**
     * @param say takes a line for each push and each failure
     * @throws UserError when the queue's folders cannot be made
     */
    constructor(queue: Queue, settings: Settings, say: (line: string) => void) {
        queue.make();
        this.queue = queue;
        this.say = say;
        this.notes = new Notes(queue, say);
        this.turns = new Turns(
            queue,
            settings.backoff.longestMs,
            (name) => this.notes.find(name),
            (file) => this.notes.strange(file),
        );
        // Its own: if the one before was killed, its Nix may still write.
        this.folder = mkdtempSync(join(queue.work, "push-"));
        this.settings = { ...settings, nix: { home: join(this.folder, "home"), ...settings.nix } };
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
        return { givenUp: this.givenUp, ...(this.outage === undefined ? {} : { outage: this.outage }) };
    }

    private async once(): Promise<void> {
        const names = this.queue.names((file) => this.notes.strange(file));
        for (const entry of inOrder(names, (name) => this.notes.find(name))) {
            await this.attempt(entry);
            if (this.outages >= ENOUGH) return;
        }
    }

    private async on(mode: Mode): Promise<void> {
        for (;;) {
            const turn = this.next(mode);
            if (typeof turn !== "number") {
                await this.attempt(turn);
                if (this.outages > 0) await this.rest();
            } else if (mode !== "watch" && this.turns.isEmpty) {
                return;
            } else {
                await this.turns.wait(turn);
            }
        }
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

    private async attempt(entry: Entry): Promise<void> {
        const begun = Date.now();
        const since = new Date(begun).toISOString();
        const long = setTimeout(() => {
            this.notes.change((state) => ({ ...state, working: { since, path: entry.path } }));
        }, LONG_MS);
        try {
            const done = await pushPath(this.settings, entry.path, join(this.folder, "files"), this.memory);
            this.pushed(entry, done, Date.now() - begun);
        } catch (error) {
            this.memory.forget();
            await this.failed(entry, error instanceof Error ? error : new Error(String(error)));
        } finally {
            clearTimeout(long);
        }
    }

    /** @throws what the file system throws when it cannot be taken from the queue */
    private pushed(entry: Entry, done: Pushed, tookMs: number): void {
        this.notes.remove(entry);
        this.turns.gone();
        this.outages = 0;
        this.outage = undefined;
        this.notes.change((state) => afterPush(state, entry.path, new Date().toISOString()));
        this.say(
            `pushed ${entry.path}: ${done.uploaded} of ${done.closure} uploaded, ${done.elsewhere} left to other caches, ${done.renewed} renewed, ${tookMs} ms`,
        );
    }

    private async failed(entry: Entry, error: Error): Promise<void> {
        const outage = isOutage(error);
        const { backoff, maxTries } = this.settings;
        const tries = entry.tries + (outage ? 0 : 1);
        const outages = entry.outages + (outage ? 1 : 0);
        if (outage) {
            this.outages++;
            this.outage = error;
        } else {
            await this.look();
        }
        const pause = pauseMs(backoff, outage ? outages : tries);
        const now = Date.now();
        const message = oneLine(error);
        const notBefore = new Date(now + pause).toISOString();
        const after: Entry = { ...entry, tries, outages, lastError: message, notBefore };
        const { path } = entry;
        const at = new Date(now).toISOString();
        // The path's own fault is counted; a fault of the machine that keeps it from being noted is not.
        if (tries >= maxTries && this.notes.giveUp(after)) {
            this.givenUp++;
            this.turns.gone();
        } else {
            if (tries < maxTries) this.notes.update(after);
            this.turns.failed(after);
        }
        const failure = { at, path, message, ...(outage ? { outage } : {}) };
        this.notes.change((state) => afterFailure(state, failure, error instanceof NixHung));
        const next = tries >= maxTries ? `given up after ${tries} tries` : `again in ${seconds(pause)} s`;
        this.say(`not pushed: ${path}: ${message}; ${next}`);
    }

    /** Whether the server is back, where it was away: that a path failed by its own fault need not mean that it was asked. */
    private async look(): Promise<void> {
        if (this.notes.state.outageSince === undefined && this.outages === 0) return;
        try {
            await isWell(this.settings.cache);
        } catch (error) {
            if (error instanceof ServerError) return;
        }
        this.outages = 0;
        this.outage = undefined;
        this.notes.change(afterOutage);
    }

    /** After an outage, nothing at all is tried for a while. */
    private async rest(): Promise<void> {
        const pause = pauseMs(this.settings.backoff, this.outages);
        const nextTry = new Date(Date.now() + pause).toISOString();
        this.notes.change((state) => ({ ...state, nextTry }));
        await new Promise((resolve) => setTimeout(resolve, pause));
    }
}

function seconds(ms: number): number {
    return Math.round(ms / 100) / 10;
}
