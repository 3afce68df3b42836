import { NixHung } from "../cache/faults.ts";
import { CACHE_INFO_NAME } from "../cache/managedObjects.ts";
import { ServerError } from "../cache/serverError.ts";
import { ask } from "../s3/bucket.ts";
import { isOutage, oneLine } from "../store/outage.ts";
import { pauseMs } from "./backoff.ts";
import { withoutWords, type Outcome, type PushEvent } from "./batch/outcome.ts";
import { pushBatch } from "./batch/pushBatch.ts";
import { Upstreams } from "./batch/upstreams.ts";
import type { Entry } from "./entry.ts";
import { Gathered } from "./gathered.ts";
import { Memory } from "./memory.ts";
import type { Notes } from "./notes.ts";
import type { Settings } from "./settings.ts";
import { afterFailure, afterOutage, afterPushes } from "./state.ts";
import { Summary } from "./summary.ts";

/** A batch that takes so many milliseconds is named in the state. */
const LONG_MS = 10_000;

/** Pushes batches of paths, and notes what became of each path. */
export class Attempts {
    private readonly settings: Settings;
    private readonly notes: Notes;
    private readonly say: (line: string) => void;
    private readonly memory = new Memory();
    private readonly upstreams: Upstreams;
    /** Number of outages in a row. */
    outages = 0;
    /** Why the last batch was not pushed as a whole, where it was the server or this machine. */
    outage: Error | undefined;
    /** Number of paths that were given up. */
    givenUp = 0;

    /** @param say takes a line for each push and each failure */
    constructor(settings: Settings, notes: Notes, say: (line: string) => void) {
        this.settings = settings;
        this.notes = notes;
        this.say = say;
        this.upstreams = new Upstreams(settings.filters.upstreamCaches);
    }

    /**
     * @param onGone told of each that is not in the queue any more
     * @returns those that wait now, with what is known of them
     * @throws what the file system throws when something cannot be taken from the queue
     */
    async try(entries: readonly Entry[], onGone: () => void): Promise<Entry[]> {
        const since = new Date().toISOString();
        const byPath = new Map(entries.map((entry) => [entry.path, entry]));
        const left = new Set(byPath.keys());
        const long = setTimeout(() => {
            const [path] = left;
            if (path !== undefined) this.notes.change((state) => ({ ...state, working: { since, path } }));
        }, LONG_MS);
        const summary = new Summary(entries.length);
        const leftOut = new Set<string>();
        const done = new Gathered<Entry>((some) => {
            this.notes.removeAll(some);
            some.forEach(onGone);
            const at = new Date().toISOString();
            const paths = some.map(({ path }) => path).filter((path) => !leftOut.has(path));
            if (paths.length > 0) this.notes.change((state) => afterPushes(state, paths, at));
        });
        const onProgress = (event: PushEvent) => {
            summary.add(event);
            if (event.kind === "without") this.say(withoutWords(event));
            if (event.kind !== "done") return;
            const entry = byPath.get(event.path);
            left.delete(event.path);
            if (event.outcome.kind === "leftOut") leftOut.add(event.path);
            if (entry !== undefined && this.isDone(event.path, event.outcome)) done.add(entry);
        };
        let outcomes;
        try {
            const options = { onProgress, memory: this.memory, upstreams: this.upstreams };
            outcomes = await pushBatch(this.settings, [...byPath.keys()], options);
        } finally {
            clearTimeout(long);
            done.flush();
        }
        summary.line().forEach(this.say);
        return this.after(entries, outcomes, onGone);
    }

    /** Says what became of a path that needs no further try. @returns whether it is one */
    private isDone(path: string, outcome: Outcome): boolean {
        if (outcome.kind === "leftOut") this.say(`left out ${path}: ${outcome.reason}`);
        else if (outcome.kind === "pushed")
            this.say(
                `pushed ${path}: ${outcome.uploaded} of ${outcome.closure} uploaded, ${outcome.elsewhere} left to other caches, ${outcome.renewed} renewed`,
            );
        else return false;
        return true;
    }

    private async after(
        entries: readonly Entry[],
        outcomes: ReadonlyMap<string, Outcome>,
        onGone: () => void,
    ): Promise<Entry[]> {
        const waits = [...outcomes.values()].find(({ kind }) => kind === "waits");
        const wentWell = [...outcomes.values()].some(({ kind }) => kind === "pushed");
        if (waits?.kind === "waits") {
            this.outages++;
            this.outage = waits.error;
        } else if (wentWell) this.isWell();
        else await this.ask();
        const waiting: Entry[] = [];
        for (const entry of entries) {
            const outcome = outcomes.get(entry.path);
            if (outcome?.kind === "waits" && !outcome.tried) waiting.push(entry);
            else if (outcome?.kind === "failed" || outcome?.kind === "waits") {
                const after = this.failed(entry, outcome.error);
                if (after === "gone") onGone();
                else waiting.push(after);
            }
        }
        return waiting;
    }

    private failed(entry: Entry, error: Error): "gone" | Entry {
        const outage = isOutage(error);
        const { backoff, maxTries } = this.settings;
        const tries = entry.tries + (outage ? 0 : 1);
        const outages = entry.outages + (outage ? 1 : 0);
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

    /** Whether the server is back, where it was away: that paths failed by their own fault need not mean that it was asked. */
    private async ask(): Promise<void> {
        if (this.notes.state.outageSince === undefined && this.outages === 0) return;
        try {
            await ask(this.settings.cache, "GET", CACHE_INFO_NAME, { kind: "own" });
        } catch (error) {
            if (error instanceof ServerError) return;
        }
        this.isWell();
    }

    private isWell(): void {
        const wasAway = this.notes.state.outageSince !== undefined || this.outages > 0;
        this.outages = 0;
        this.outage = undefined;
        if (wasAway) this.notes.change(afterOutage);
    }
}

function seconds(ms: number): number {
    return Math.round(ms / 100) / 10;
}
