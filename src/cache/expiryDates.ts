// When a given object expires, by the rules or by what the server says.

import { DAY_MS } from "./day.ts";
import type { ExpiryRule } from "./expiryRules.ts";

/**
 * The moment from which MinIO hides an object: the midnight (UTC) that comes
 * after its days have passed (MinIO's source, `lifecycle.ExpectedExpiryTime`).
 *
 * @param modified when the object was written
 * @param days whole days of the rule that meets it
 */
export function expiresAt(modified: Date, days: number): Date {
    return new Date(Math.floor((modified.getTime() + (days + 1) * DAY_MS) / DAY_MS) * DAY_MS);
}

/** The days after which an object of this name expires; undefined: never. The shortest rule that meets it decides. */
export function expiryDays(
    rules: readonly Pick<ExpiryRule, "prefix" | "days">[],
    name: string,
): number | undefined {
    const days = rules.filter(({ prefix }) => name.startsWith(prefix)).map((rule) => rule.days);
    return days.length === 0 ? undefined : Math.min(...days);
}

/**
 * The moment from which the server hides an object, in milliseconds since 1970;
 * Infinity: it never does. From the header `x-amz-expiration` (Amazon S3 API, HeadObject).
 */
export function expiryOf(headers: Readonly<Record<string, string | string[] | undefined>>): number {
    const date = /expiry-date="([^"]+)"/.exec(String(headers["x-amz-expiration"] ?? ""))?.[1];
    const time = date === undefined ? Number.NaN : Date.parse(date);
    return Number.isNaN(time) ? Infinity : time;
}

/**
 * The days of the rule that gave an object its end: {@link expiresAt} the other
 * way round. A listing says when objects were written, and not when they go; with
 * the days of one that was asked for, it says both.
 *
 * @param until as {@link expiryOf} says it
 * @returns Infinity where it never goes
 */
export function daysOf(modified: Date, until: number): number {
    if (until === Infinity) return Infinity;
    return until / DAY_MS - Math.floor(modified.getTime() / DAY_MS) - 1;
}

/** The moment at which an object goes that was written then, in milliseconds; Infinity: never. */
export function untilOf(modified: Date, days: number): number {
    return days === Infinity ? Infinity : expiresAt(modified, days).getTime();
}

/** Whether an object that goes then, and has so many days from when it is written, is past half of its life. */
export function isPastHalf(until: number, days: number, now: number): boolean {
    return until - now < (days * DAY_MS) / 2;
}

/** How far a builder's clock may be from the server's (Amazon S3 API, RequestTimeTooSkewed), in milliseconds. */
const SKEW_MS = 15 * 60 * 1000;

/**
 * Whether midnight (UTC), by the server's clock, may have been between two
 * moments of this machine's: what was written before it goes a day earlier.
 */
export function crossesDay(from: number, to: number): boolean {
    return Math.floor((from - SKEW_MS) / DAY_MS) !== Math.floor((to + SKEW_MS) / DAY_MS);
}
