import { STORE_DIR } from "../cache/nar.ts";

/** One store path of the queue. Times are ISO 8601, UTC. */
export interface Entry {
    /** Full store path. */
    readonly path: string;
    /** When it was queued. */
    readonly queued: string;
    /** Tries that failed by the path's own fault. */
    readonly tries: number;
    /** Tries that failed because the server or this machine was not able to. */
    readonly outages: number;
    /** Before which it is not tried again. Default: at once. */
    readonly notBefore?: string;
    /** What went wrong the last time. Default: nothing yet. */
    readonly lastError?: string;
}

/** An entry that was not tried yet. */
export function newEntry(path: string, now: Date): Entry {
    return { path, queued: now.toISOString(), tries: 0, outages: 0 };
}

/**
 * Reads an entry's file. The file's name says which path it is of: a file that
 * cannot be read loses its history, not its path.
 */
export function readEntry(name: string, text: string, modified: Date): Entry {
    const fresh = newEntry(`${STORE_DIR}/${name}`, modified);
    let given: Partial<Record<keyof Entry, unknown>>;
    try {
        given = JSON.parse(text) as Partial<Record<keyof Entry, unknown>>;
    } catch {
        return fresh;
    }
    const count = (value: unknown) => (Number.isSafeInteger(value) ? Number(value) : 0);
    return {
        path: fresh.path,
        queued: isTime(given.queued) ? given.queued : fresh.queued,
        tries: count(given.tries),
        outages: count(given.outages),
        ...(isTime(given.notBefore) ? { notBefore: given.notBefore } : {}),
        ...(typeof given.lastError === "string" ? { lastError: given.lastError } : {}),
    };
}

function isTime(value: unknown): value is string {
    return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

/**
 * The order of work: whoever may be tried first, then whoever has waited
 * longest. What failed comes after what was not tried yet, so that nothing
 * keeps the others waiting.
 */
export function byTurn(a: Entry, b: Entry): number {
    return dueAt(a) - dueAt(b) || (a.path < b.path ? -1 : 1);
}

/** The moment from which an entry may be tried, in milliseconds. */
export function dueAt(entry: Entry): number {
    return Date.parse(entry.notBefore ?? entry.queued);
}

/**
 * How long an entry has to wait, in milliseconds; 0: it is due.
 *
 * @param longestMs the longest pause there is: who would have to wait longer
 *   got its time from a clock that was wrong, and is due
 */
export function waitMs(entry: Entry, now: number, longestMs: number): number {
    const wait = dueAt(entry) - now;
    return wait > longestMs ? 0 : Math.max(wait, 0);
}
