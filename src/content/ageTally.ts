import { DAY_MS } from "../cache/day.ts";
import { expiryClass } from "../cache/expiryRules.ts";
import type { ListedObject } from "../s3/listing.ts";

/** So many objects with so many bytes. */
export interface Sum {
    readonly objects: number;
    readonly bytes: number;
}

/** What was written, or renewed last, on one day (UTC). */
export interface DaySum extends Sum {
    /** Days since 1970. */
    readonly day: number;
}

/** The day (UTC) of a moment, in days since 1970. */
export function dayOf(time: Date | number): number {
    return Math.floor(Number(time) / DAY_MS);
}

/** A day as people write it: `2026-11-24`. */
export function dayWords(day: number): string {
    return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Adds up objects by the day on which they were written, apart by which rule of
 * expiry meets them. It needs as much memory as there are days.
 */
export class AgeTally {
    private readonly byDay = {
        paths: new Map<number, Sum>(),
        nars: new Map<number, Sum>(),
        never: new Map<number, Sum>(),
    };

    add({ key, size, modified }: ListedObject): void {
        const days = this.byDay[expiryClass(key)];
        const day = dayOf(modified);
        const { objects, bytes } = days.get(day) ?? NOTHING;
        days.set(day, { objects: objects + 1, bytes: bytes + size });
    }

    get all(): Sum {
        return this.sum(() => true, Infinity, Infinity);
    }

    /** By days, the oldest first; only days on which something was written. */
    days(): DaySum[] {
        const all = new Map<number, Sum>();
        for (const days of Object.values(this.byDay))
            for (const [day, sum] of days) all.set(day, plus(all.get(day) ?? NOTHING, sum));
        return [...all].map(([day, sum]) => ({ day, ...sum })).sort((a, b) => a.day - b.day);
    }

    /**
     * What of this is left with other days of expiry. MinIO removes an object at
     * the midnight after its days have passed, so that its day decides.
     *
     * @param expireDays 0: never
     * @param graceDays that NARs have beyond that
     */
    keptBy(expireDays: number, graceDays: number, today: number): Sum {
        const days = expireDays === 0 ? Infinity : expireDays;
        return this.sum((day, most) => today - day <= most, days, days + graceDays);
    }

    /** Days since the oldest object that expires was written; undefined: there is none. */
    oldestAge(today: number): number | undefined {
        const days = [...this.byDay.paths.keys(), ...this.byDay.nars.keys()];
        return days.length === 0 ? undefined : today - days.reduce((a, b) => Math.min(a, b));
    }

    /** Bytes that were written on each of the last so many days, on average, among what is still there. */
    bytesPerDay(last: number, today: number): number {
        const age = this.oldestAge(today);
        if (age === undefined) return 0;
        const { bytes } = this.sum((day, most) => today - day < most, last, last);
        const { bytes: never } = this.sum((day, most) => today - day < most, 0, 0);
        return (bytes - never) / Math.min(last, Math.max(age, 0) + 1);
    }

    private sum(isIn: (day: number, most: number) => boolean, paths: number, nars: number): Sum {
        let total = NOTHING;
        for (const [days, most] of [
            [this.byDay.paths, paths],
            [this.byDay.nars, nars],
            [this.byDay.never, undefined],
        ] as const)
            for (const [day, sum] of days)
                if (most === undefined || isIn(day, most)) total = plus(total, sum);
        return total;
    }
}

const NOTHING: Sum = { objects: 0, bytes: 0 };

function plus(a: Sum, b: Sum): Sum {
    return { objects: a.objects + b.objects, bytes: a.bytes + b.bytes };
}
