import { printable } from "../cache/problem.ts";
import { wrapped } from "../cache/wrap.ts";
import { asCalled } from "../system/asCalled.ts";
import type { Entry } from "./entry.ts";
import type { Queue } from "./queue.ts";
import { readState, type State } from "./state.ts";

/** A queue as `nix-cache queue --json` prints it. Times are ISO 8601, UTC. */
export interface Report extends State {
    readonly folder: string;
    readonly waiting: number;
    /** Number of paths that may wait. */
    readonly limit: number;
    /** When the one that has waited longest was queued. */
    readonly oldest?: string;
    /** What was given up, with the reason. */
    readonly failed: readonly Entry[];
    /** Number of paths that found no room. */
    readonly dropped: number;
    /** Number of things in the queue that are no queued paths. Default: none. */
    readonly strange?: number;
}

/** Lines for failed paths; the rest is in `--json`. */
const MOST_LINES = 20;

/** Where the words begin. */
const BELOW = " ".repeat(9);

/** What a service that was ended meant to do next is not true any more once its time is over. */
function stateAt(state: State, now: Date): State {
    const { nextTry } = state;
    const past = nextTry !== undefined && Date.parse(nextTry) < now.getTime();
    return past ? { ...state, nextTry: undefined } : state;
}

/** Looks at a queue. */
export function report(queue: Queue, folder: string, limit: number, now = new Date()): Report {
    let waiting = 0;
    let oldest: string | undefined;
    let strange = 0;
    for (const name of queue.names(() => strange++)) {
        const entry = queue.find(name);
        if (entry === undefined) continue;
        waiting++;
        if (oldest === undefined || entry.queued < oldest) oldest = entry.queued;
    }
    return {
        folder,
        waiting,
        limit,
        ...(oldest === undefined ? {} : { oldest }),
        failed: queue.failed().sort((a, b) => (a.queued < b.queued ? -1 : 1)),
        dropped: queue.dropped(),
        ...(strange === 0 ? {} : { strange }),
        ...stateAt(readState(queue), now),
    };
}

/** The report for people. */
export function reportLines(given: Report): string[] {
    const { waiting, limit, oldest, failed, dropped, strange, pushed, lastPush } = given;
    const { lastError, outageSince, nextTry, working, nixKilled } = given;
    const more = failed.length - MOST_LINES;
    const line = (text: string, ...needed: readonly unknown[]) => (needed.includes(undefined) ? [] : [text]);
    return [
        `waiting  ${waiting} of ${limit}${oldest === undefined ? "" : `, the oldest since ${oldest}`}`,
        ...line(`strange  ${strange} in the queue's folder, which are no queued paths`, strange),
        `failed   ${failed.length}`,
        ...failed
            .slice(0, MOST_LINES)
            .map(({ path, tries, lastError: error }) => `${BELOW}${path}: ${error ?? ""} (${tries} tries)`),
        ...(more > 0 ? [`${BELOW}and ${more} more (${asCalled("queue", "--json")})`] : []),
        `dropped  ${dropped}${dropped === 0 ? "" : " (the queue was full)"}`,
        `pushed   ${pushed}${lastPush === undefined ? "" : `, the last at ${lastPush.at}`}`,
        ...line(`pushing  ${working?.path}, since ${working?.since}`, working),
        ...line(`killed   ${nixKilled} times a Nix that did not end`, nixKilled),
        ...line(`nothing can be pushed since ${outageSince}`, outageSince),
        ...line(`the next try is at ${nextTry}`, nextTry),
        ...line(`last error, at ${lastError?.at}: ${lastError?.message}`, lastError),
        ...(failed.length === 0 ? [] : ["", `to try again what failed: ${asCalled("queue", "--retry")}`]),
    ].flatMap((text) =>
        wrapped(printable(text.trimStart()), text.startsWith(" ") ? BELOW : "", `${BELOW}  `),
    );
}

/** The report as metrics: name, help and value. */
export function reportMetrics(given: Report, now: Date): readonly [string, string, number][] {
    const age = (since: string | undefined) =>
        since === undefined ? 0 : Math.max((now.getTime() - Date.parse(since)) / 1000, 0);
    return [
        ["nix_cache_queue_waiting", "Store paths that wait to be pushed.", given.waiting],
        ["nix_cache_queue_limit", "Store paths that may wait.", given.limit],
        ["nix_cache_queue_oldest_seconds", "How long the oldest of them waits.", age(given.oldest)],
        ["nix_cache_queue_failed", "Store paths that were given up.", given.failed.length],
        ["nix_cache_queue_dropped", "Store paths that found the queue full.", given.dropped],
        ["nix_cache_queue_pushed", "Queued store paths that were pushed.", given.pushed],
        ["nix_cache_queue_working_seconds", "How long the push at hand takes.", age(given.working?.since)],
        ["nix_cache_queue_nix_killed", "Times that Nix did not end and was killed.", given.nixKilled ?? 0],
        ["nix_cache_queue_outage_seconds", "How long nothing can be pushed.", age(given.outageSince)],
    ];
}
