import { ServerError } from "../cache/serverError.ts";
import { pauseMs } from "./backoff.ts";
import type { Entry } from "./entry.ts";
import { isOutage, oneLine } from "../store/outage.ts";
import { NixHung } from "../cache/faults.ts";
import { Memory } from "./memory.ts";
import type { Notes } from "./notes.ts";
import { pushPath, type Pushed } from "./pushPath.ts";
import type { Settings } from "./settings.ts";
import { afterFailure, afterOutage, afterPush } from "./state.ts";
import { isWell } from "./transport.ts";

/** A push that takes so many milliseconds is named in the state. */
const LONG_MS = 10_000;

/** Pushes one path after the other, and notes what became of each. */
export class Attempts {
    private readonly settings: Settings;
    private readonly folder: string;
    private readonly notes: Notes;
    private readonly say: (line: string) => void;
    private readonly memory = new Memory();
    /** Number of outages in a row. */
    outages = 0;
    /** Why the last path was not pushed, where it was the server or this machine. */
    outage: Error | undefined;
    /** Number of paths that were given up. */
    givenUp = 0;

    /**
     * @param folder for files on the way
     * @param say takes a line for each push and each failure
     */
    constructor(settings: Settings, folder: string, notes: Notes, say: (line: string) => void) {
        this.settings = settings;
        this.folder = folder;
        this.notes = notes;
        this.say = say;
    }

    /** @returns "gone": it is not in the queue any more; else how it waits now */
    async try(entry: Entry): Promise<"gone" | Entry> {
        const begun = Date.now();
        const since = new Date(begun).toISOString();
        const long = setTimeout(() => {
            this.notes.change((state) => ({ ...state, working: { since, path: entry.path } }));
        }, LONG_MS);
        try {
            const done = await pushPath(this.settings, entry.path, this.folder, this.memory);
            this.pushed(entry, done, Date.now() - begun);
            return "gone";
        } catch (error) {
            this.memory.forget();
            return await this.failed(entry, error instanceof Error ? error : new Error(String(error)));
        } finally {
            clearTimeout(long);
        }
    }

    /** @throws what the file system throws when it cannot be taken from the queue */
    private pushed(entry: Entry, done: Pushed, tookMs: number): void {
        this.notes.remove(entry);
        this.outages = 0;
        this.outage = undefined;
        this.notes.change((state) => afterPush(state, entry.path, new Date().toISOString()));
        this.say(
            `pushed ${entry.path}: ${done.uploaded} of ${done.closure} uploaded, ${done.elsewhere} left to other caches, ${done.renewed} renewed, ${tookMs} ms`,
        );
    }

    private async failed(entry: Entry, error: Error): Promise<"gone" | Entry> {
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
        const last = tries >= maxTries;
        // Where that cannot be noted, it is tried again.
        const gone = last && this.notes.giveUp(after);
        if (gone) this.givenUp++;
        else if (!last) this.notes.update(after);
        const failure = { at, path, message, ...(outage ? { outage } : {}) };
        this.notes.change((state) => afterFailure(state, failure, error instanceof NixHung));
        const next = gone ? `given up after ${tries} tries` : `again in ${seconds(pause)} s`;
        this.say(`not pushed: ${path}: ${message}; ${next}`);
        return gone ? "gone" : after;
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
}

function seconds(ms: number): number {
    return Math.round(ms / 100) / 10;
}
