import { formatPin, PIN_LIMITS, type Pin, type Revision } from "./pin.ts";

/** What is to be pinned. */
export interface Wanted {
    readonly name: string;
    /** Who writes it. */
    readonly by: string;
    /** Full store paths, the one that the pin is for first; no more than {@link PIN_LIMITS} has. */
    readonly paths: readonly string[];
    /** null: for ever. */
    readonly until: Date | null;
    /** Default: as many as the pin keeps already, else 1. */
    readonly keepRevisions?: number | undefined;
}

/**
 * The pin after its paths were set. The same paths once more are the same
 * revision, and another date. One that was ended begins anew: what it had
 * pinned before was let go.
 *
 * @param before the pin as it is; undefined: there is none
 */
export function pinned(before: Pin | undefined, wanted: Wanted, now: Date): Pin {
    const kept = before?.ended === false ? before.revisions : [];
    const same = (one: Revision) => JSON.stringify(one.paths) === JSON.stringify(wanted.paths);
    const [newest] = kept;
    const head = newest !== undefined && same(newest) ? newest : { since: now, paths: wanted.paths };
    const keepRevisions = wanted.keepRevisions ?? before?.keepRevisions ?? 1;
    const pin: Pin = {
        name: wanted.name,
        by: wanted.by.slice(0, PIN_LIMITS.by),
        written: now,
        until: wanted.until,
        ended: false,
        keepRevisions,
        revisions: [head, ...kept.filter((one) => !same(one))].slice(0, keepRevisions),
    };
    return withinLimits(pin);
}

/** The pin after it was ended. What it had named stays in it, for who wants to know. */
export function unpinned(before: Pin, by: string, now: Date): Pin {
    return { ...before, by: by.slice(0, PIN_LIMITS.by), written: now, ended: true };
}

/** Without the oldest revisions, where all of them are more than a pin may have. */
function withinLimits(pin: Pin): Pin {
    const { revisions } = pin;
    const paths = revisions.reduce((sum, one) => sum + one.paths.length, 0);
    const isTooLarge = paths > PIN_LIMITS.paths || Buffer.byteLength(formatPin(pin)) > PIN_LIMITS.bytes;
    if (!isTooLarge || revisions.length === 1) return pin;
    return withinLimits({ ...pin, revisions: revisions.slice(0, -1) });
}
