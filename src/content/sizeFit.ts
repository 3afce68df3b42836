import { DAY_MS } from "../cache/day.ts";
import type { AgeTally } from "./ageTally.ts";

/** From this part of `maxSize` on, report and doctor warn. */
export const WARN_SHARE = 0.9;

/** Days over which growth is averaged. */
export const GROWTH_DAYS = 30;

const MOST_DAYS = 3650;

/** By which days objects expire. */
export interface Expiry {
    /** Days; 0: never. */
    readonly expireDays: number;
    /** Days that NARs have beyond that. */
    readonly narGraceDays: number;
}

/** How a cache stands to the size that it may have. */
export interface SizeState {
    /** Bytes of all objects. */
    readonly bytes: number;
    /** Bytes that it may have. */
    readonly maxSize: number;
    readonly level: "ok" | "near" | "over";
    /** The longest expireDays with which it stays below the warning; null: not even one day does. */
    readonly fits: number | null;
    /** Whole days until it is reached at the growth of the last {@link GROWTH_DAYS} days; null: it is not, or was already. */
    readonly fullInDays: number | null;
}

/**
 * Bytes that a cache comes to with these days of expiry: of what is there, what
 * is young enough; and for days that it has not lived yet, as much as it grew by.
 */
export function bytesWith(tally: AgeTally, { expireDays, narGraceDays }: Expiry, today: number): number {
    const age = tally.oldestAge(today);
    const { bytes } = tally.keptBy(expireDays, narGraceDays, today);
    if (age === undefined) return bytes;
    return bytes + Math.max(0, expireDays - age) * tally.bytesPerDay(GROWTH_DAYS, today);
}

/** @param maxSize bytes */
export function sizeState(tally: AgeTally, expiry: Expiry, maxSize: number, now: Date): SizeState {
    const today = Math.floor(now.getTime() / DAY_MS);
    const { bytes } = tally.all;
    const rate = tally.bytesPerDay(GROWTH_DAYS, today);
    const grows = expiry.expireDays === 0 || bytesWith(tally, expiry, today) > maxSize;
    const reached = bytes >= maxSize || rate === 0 || !grows;
    return {
        bytes,
        maxSize,
        level: bytes >= maxSize ? "over" : bytes >= maxSize * WARN_SHARE ? "near" : "ok",
        fits: fittingDays(tally, expiry.narGraceDays, maxSize * WARN_SHARE, today) ?? null,
        fullInDays: reached ? null : Math.floor((maxSize - bytes) / rate),
    };
}

/** The longest expireDays that keeps a cache below so many bytes; undefined: none. Ten years count as for ever. */
function fittingDays(
    tally: AgeTally,
    narGraceDays: number,
    limit: number,
    today: number,
): number | undefined {
    const fits = (expireDays: number) => bytesWith(tally, { expireDays, narGraceDays }, today) < limit;
    if (!fits(1)) return undefined;
    let least = 1;
    let most = MOST_DAYS;
    // More days are never fewer bytes.
    while (least < most) {
        const middle = Math.ceil((least + most) / 2);
        if (fits(middle)) least = middle;
        else most = middle - 1;
    }
    return least;
}

/** What is wrong with a cache's size, and what would help, in sentences; undefined: nothing. */
export function sizeWords(
    { bytes, maxSize, level, fits }: SizeState,
    { expireDays }: Expiry,
    words: (bytes: number) => string,
): { readonly seen: string; readonly advice: string } | undefined {
    if (level === "ok") return undefined;
    const share = Math.floor((bytes / maxSize) * 100);
    const shorter = fits !== null && (expireDays === 0 || fits < expireDays);
    return {
        seen: `${words(bytes)}, ${share} % of maxSize (${words(maxSize)})`,
        advice: shorter
            ? `expireDays: ${fits} would fit`
            : fits === null
              ? "no expireDays would fit: what was pushed within a day is more"
              : `expireDays: ${expireDays} fits once what is older has expired`,
    };
}
