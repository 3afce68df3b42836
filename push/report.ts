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
}

/** Looks at a queue. */
export function report(queue: Queue, folder: string, limit: number): Report {
    const waiting = queue.list();
    const oldest = waiting.map(({ queued }) => queued).sort()[0];
    return {
        folder,
        waiting: waiting.length,
        limit,
        ...(oldest === undefined ? {} : { oldest }),
        failed: queue.failed().sort((a, b) => (a.queued < b.queued ? -1 : 1)),
        dropped: queue.dropped(),
        ...readState(queue),
    };
}

/** The report for people. */
export function reportLines(given: Report): string[] {
    const { waiting, limit, oldest, failed, dropped, pushed, lastPush, lastError, outageSince } = given;
    return [
        `waiting  ${waiting} of ${limit}${oldest === undefined ? "" : `, the oldest since ${oldest}`}`,
        `failed   ${failed.length}`,
        ...failed.map(
            ({ path, tries, lastError: error }) => `         ${path}: ${error ?? ""} (${tries} tries)`,
        ),
        `dropped  ${dropped}${dropped === 0 ? "" : " (the queue was full)"}`,
        `pushed   ${pushed}${lastPush === undefined ? "" : `, the last at ${lastPush.at}`}`,
        ...(outageSince === undefined ? [] : [`nothing can be pushed since ${outageSince}`]),
        ...(lastError === undefined ? [] : [`last error, at ${lastError.at}: ${lastError.message}`]),
        ...(failed.length === 0 ? [] : ["", "to try again what failed: nix-cache queue --retry"]),
    ];
}

/** The report as metrics: name, help and value. */
export function reportMetrics(given: Report, now: Date): readonly [string, string, number][] {
    const age = (since: string | undefined) =>
        since === undefined ? 0 : (now.getTime() - Date.parse(since)) / 1000;
    return [
        ["nix_cache_queue_waiting", "Store paths that wait to be pushed.", given.waiting],
        ["nix_cache_queue_limit", "Store paths that may wait.", given.limit],
        ["nix_cache_queue_oldest_seconds", "How long the oldest of them waits.", age(given.oldest)],
        ["nix_cache_queue_failed", "Store paths that were given up.", given.failed.length],
        ["nix_cache_queue_dropped", "Store paths that found the queue full.", given.dropped],
        ["nix_cache_queue_pushed", "Queued store paths that were pushed.", given.pushed],
        ["nix_cache_queue_outage_seconds", "How long nothing can be pushed.", age(given.outageSince)],
    ];
}
