import { isPinName } from "./pinName.ts";
import { shown } from "./problem.ts";
import { isStorePath } from "./storePath.ts";

/**
 * A pin: a name for store paths that are to stay in the cache with all that
 * they refer to. It is the object `_pins/NAME.json`, one JSON object:
 *
 * ```json
 * {
 *   "version": 1,
 *   "name": "laptop",
 *   "by": "nixbuilder",
 *   "written": "2026-11-24T17:00:00.000Z",
 *   "until": null,
 *   "ended": false,
 *   "keepRevisions": 3,
 *   "revisions": [
 *     { "since": "2026-11-24T17:00:00.000Z", "paths": ["/nix/store/…-system"] },
 *     { "since": "2026-11-20T09:00:00.000Z", "paths": ["/nix/store/…-system"] }
 *   ]
 * }
 * ```
 *
 * Whoever may push may write it, so all of it is a claim: what it names may be
 * nowhere, and `by` may be anybody.
 */
export interface Pin {
    readonly name: string;
    /** Who wrote it, as the writer says. */
    readonly by: string;
    /** When it was written last; null for one of the stack's own, whose text must not change by itself. */
    readonly written: Date | null;
    /** The moment from which it keeps nothing alive; null: no end. */
    readonly until: Date | null;
    /** Whether it was unpinned. Nobody but the administrator can delete, so an end is written. */
    readonly ended: boolean;
    /** How many of the revisions are kept alive, the newest among them; from 1. */
    readonly keepRevisions: number;
    /** The newest first, at least one; no more than {@link keepRevisions} of them. */
    readonly revisions: readonly Revision[];
}

/** What a pin named at some time. */
export interface Revision {
    /** From when; null: not known. */
    readonly since: Date | null;
    /** Full store paths, at least one. The first is what the pin is for; a host has others beside its system. */
    readonly paths: readonly string[];
}

/** Limits of one pin: a builder that was broken into must not make every reader work for hours. */
export const PIN_LIMITS = {
    revisions: 100,
    /** Of all revisions together. */
    paths: 200,
    /** Of its object; 200 paths of the greatest length, which is 255 bytes, fit. */
    bytes: 64 * 1024,
    /** Of `by`. */
    by: 64,
} as const;

/**
 * Reads the record of a pin.
 *
 * @param name the pin whose object it is: a record of another name counts as none
 * @throws Error, one line, when it is no pin, or larger than {@link PIN_LIMITS}
 */
export function parsePin(text: string, name: string): Pin {
    if (Buffer.byteLength(text) > PIN_LIMITS.bytes)
        throw new Error(`this pin has more than ${PIN_LIMITS.bytes} bytes`);
    const given = record(text);
    if (given.version !== 1)
        throw new Error(`this pin has the format version ${shown(given.version)}, and 1 is needed`);
    if (given.name !== name || !isPinName(name))
        throw new Error(`this pin is called ${shown(given.name)}, and is in the place of ${shown(name)}`);
    const { by, ended = false, keepRevisions = 1 } = given;
    if (typeof by !== "string" || by === "" || by.length > PIN_LIMITS.by) throw wrong("by", by);
    if (typeof ended !== "boolean") throw wrong("ended", ended);
    if (!isCount(keepRevisions)) throw wrong("keepRevisions", keepRevisions);
    const revisions = revisionsOf(given.revisions);
    return {
        name,
        by,
        written: time("written", given.written),
        until: time("until", given.until),
        ended,
        keepRevisions,
        revisions: revisions.slice(0, keepRevisions),
    };
}

/** Whether this many revisions can be kept. */
export function isCount(value: unknown): value is number {
    return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= PIN_LIMITS.revisions;
}

function record(text: string): Record<string, unknown> {
    let given: unknown;
    try {
        given = JSON.parse(text);
    } catch {
        given = undefined;
    }
    if (typeof given !== "object" || given === null || Array.isArray(given))
        throw new Error(`this pin is no JSON object: ${shown(text)}`);
    return given as Record<string, unknown>;
}

function revisionsOf(given: unknown): Revision[] {
    if (!Array.isArray(given) || given.length === 0 || given.length > PIN_LIMITS.revisions)
        throw new Error(`this pin has not 1 to ${PIN_LIMITS.revisions} revisions`);
    const revisions = given.map((one: unknown) => {
        const { paths, since } = (one ?? {}) as { paths?: unknown; since?: unknown };
        if (!Array.isArray(paths) || paths.length === 0) throw wrong("paths", paths);
        return { since: time("since", since), paths: paths.map(storePath) };
    });
    const count = revisions.reduce((sum, { paths }) => sum + paths.length, 0);
    if (count > PIN_LIMITS.paths) throw new Error(`this pin names more than ${PIN_LIMITS.paths} paths`);
    return revisions;
}

function storePath(given: unknown): string {
    if (typeof given === "string" && isStorePath(given)) return given;
    throw new Error(`this pin names ${shown(given)}, which is no store path`);
}

function time(field: string, given: unknown): Date | null {
    if (given === undefined || given === null) return null;
    const at =
        typeof given === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(given) ? new Date(given) : undefined;
    if (at === undefined || Number.isNaN(at.getTime())) throw wrong(field, given);
    return at;
}

function wrong(field: string, given: unknown): Error {
    return new Error(`this pin's ${field} is ${shown(given)}`);
}

/** Writes the record of a pin, with a line end. */
export function formatPin(pin: Pin): string {
    const at = (time: Date | null) => time?.toISOString() ?? null;
    const { name, by, ended, keepRevisions } = pin;
    return `${JSON.stringify(
        {
            version: 1,
            name,
            by,
            written: at(pin.written),
            until: at(pin.until),
            ended,
            keepRevisions,
            revisions: pin.revisions.map(({ since, paths }) => ({ since: at(since), paths })),
        },
        null,
        2,
    )}\n`;
}

/** What the object for people says: the newest revision's first path; of a pin that was ended, nothing. */
export function pinPointer({ ended, revisions }: Pin): string {
    return ended ? "" : `${revisions[0]?.paths[0] ?? ""}\n`;
}

/** Whether a pin keeps anything alive at a moment. */
export function isLive({ ended, until }: Pin, now: Date): boolean {
    return !ended && (until === null || until > now);
}

/** The store paths that a pin keeps alive, each once: of every revision that it keeps. Of one that has ended, none. */
export function rootsOf(pin: Pin, now: Date): string[] {
    return isLive(pin, now) ? [...new Set(pin.revisions.flatMap(({ paths }) => paths))] : [];
}
