import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { ServerError } from "../server/serverError.ts";
import { pauseMs } from "./backoff.ts";
import { byTurn, waitMs, type Entry } from "./entry.ts";
import { MachineError } from "./faults.ts";
import { Memory } from "./memory.ts";
import { pushPath } from "./pushPath.ts";
import type { Queue } from "./queue.ts";
import type { Settings } from "./settings.ts";
import { readState, type State } from "./state.ts";
import { waitForChange } from "./wait.ts";

/**
 * How long it works: until the queue is empty; until each path was tried once,
 * or the server turned out to be away; or for ever.
 */
export type Mode = "empty" | "once" | "watch";

/** Where the system tells of no changes, the queue is looked at so often. */
const CHECK_MS = 10_000;

/** Outages in a row after which `once` leaves the rest for the next time. */
const ENOUGH = 3;

/** Works a queue. Whoever makes one holds the queue's lock. */
export class Worker {
    private readonly queue: Queue;
    private readonly settings: Settings;
    private readonly say: (line: string) => void;
    private readonly memory = new Memory();
    private readonly folder: string;
    private state: State;
    private outages = 0;

    /** @param say takes a line for each push and each failure */
    constructor(queue: Queue, settings: Settings, say: (line: string) => void) {
        this.queue = queue;
        this.settings = settings;
        this.say = say;
        this.state = readState(queue);
        // Its own: if the one before was killed, its Nix may still write.
        this.folder = mkdtempSync(join(queue.work, "push-"));
    }

    /** @returns when the mode says so; in mode `watch` never */
    async work(mode: Mode): Promise<void> {
        const started = Date.now();
        for (;;) {
            const entry = this.next(mode, started);
            if (entry === undefined) {
                if (mode !== "watch") return;
                await waitForChange(this.queue.watched, CHECK_MS);
                continue;
            }
            const pause = waitMs(entry, Date.now(), this.settings.backoff.longestMs);
            if (pause > 0) {
                // Something new may come that can be tried earlier.
                await waitForChange(this.queue.watched, Math.min(pause, CHECK_MS));
                continue;
            }
            const well = await this.attempt(entry);
            if (well) continue;
            if (mode === "once" && this.outages >= ENOUGH) return;
            if (mode !== "once" && this.outages > 0) await this.rest();
        }
    }

    /** Whose turn it is. In mode `once`, nobody has a second one. */
    private next(mode: Mode, started: number): Entry | undefined {
        const all = this.queue.list().sort(byTurn);
        const { longestMs } = this.settings.backoff;
        const due = all.find((entry) => waitMs(entry, started, longestMs) === 0);
        return mode === "once" ? due : (due ?? all[0]);
    }

    /** @returns whether it was pushed */
    private async attempt(entry: Entry): Promise<boolean> {
        const begun = Date.now();
        try {
            const done = await pushPath(this.settings, entry.path, join(this.folder, "files"), this.memory);
            this.queue.remove(entry);
            this.outages = 0;
            const { lastError } = this.state;
            this.save({
                pushed: this.state.pushed + 1,
                lastPush: { at: new Date().toISOString(), path: entry.path },
                ...(lastError === undefined ? {} : { lastError }),
            });
            this.say(
                `pushed ${entry.path}: ${done.uploaded} of ${done.closure} uploaded, ${done.elsewhere} left to other caches, ${done.renewed} renewed, ${Date.now() - begun} ms`,
            );
            return true;
        } catch (error) {
            this.memory.forget();
            this.failed(entry, error instanceof Error ? error : new Error(String(error)));
            return false;
        }
    }

    private failed(entry: Entry, error: Error): void {
        const outage = error instanceof ServerError || error instanceof MachineError;
        const { backoff, maxTries } = this.settings;
        const tries = entry.tries + (outage ? 0 : 1);
        const outages = entry.outages + (outage ? 1 : 0);
        this.outages = outage ? this.outages + 1 : 0;
        const pause = pauseMs(backoff, outage ? outages : tries);
        const now = Date.now();
        const message = error.message.split("\n")[0] ?? "";
        const after: Entry = {
            ...entry,
            tries,
            outages,
            lastError: message,
            notBefore: new Date(now + pause).toISOString(),
        };
        if (tries >= maxTries) this.queue.giveUp(after);
        else this.queue.update(after);
        const at = new Date(now).toISOString();
        this.save({
            ...this.state,
            lastError: { at, path: entry.path, message },
            ...(outage ? { outageSince: this.state.outageSince ?? at } : {}),
        });
        const next = tries >= maxTries ? `given up after ${tries} tries` : `again in ${seconds(pause)} s`;
        this.say(`not pushed: ${entry.path}: ${message}; ${next}`);
    }

    /** After an outage, nothing at all is tried for a while. */
    private async rest(): Promise<void> {
        const pause = pauseMs(this.settings.backoff, this.outages);
        this.save({ ...this.state, nextTry: new Date(Date.now() + pause).toISOString() });
        await new Promise((resolve) => setTimeout(resolve, pause));
    }

    private save(state: State): void {
        this.state = state;
        this.queue.writeState(`${JSON.stringify(state)}\n`);
    }
}

function seconds(ms: number): number {
    return Math.round(ms / 100) / 10;
}
