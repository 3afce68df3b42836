import { inWords } from "../../s3/limits.ts";
import type { FilteredCounts, PushEvent } from "../batch/outcome.ts";

/** What a push came to, in numbers. */
export interface Sums {
    /** Paths whose NARs were to be uploaded, and bytes of those before compression. */
    readonly paths: number;
    readonly bytes: number;
    /** Paths that the cache had already. */
    readonly there: number;
    readonly filtered: FilteredCounts;
    /** NARs that are in the cache now, their bytes before compression, and what went over the line for them. */
    readonly donePaths: number;
    readonly doneBytes: number;
    readonly sent: number;
}

export const NOTHING: Sums = {
    paths: 0,
    bytes: 0,
    there: 0,
    filtered: { upstreamKey: 0, upstreamCache: 0, tooLarge: 0, pattern: 0 },
    donePaths: 0,
    doneBytes: 0,
    sent: 0,
};

/** The sums after an event. */
export function after(sums: Sums, event: PushEvent): Sums {
    if (event.kind === "planned") {
        const { paths, bytes, there, filtered } = event;
        return { ...sums, paths, bytes, there, filtered };
    }
    if (event.kind !== "nar") return sums;
    return {
        ...sums,
        donePaths: sums.donePaths + 1,
        doneBytes: sums.doneBytes + event.bytes,
        sent: sums.sent + event.sent,
    };
}

/** How far it is: paths, bytes, and bytes a second. @param ms since it began */
export function progressWords({ paths, bytes, donePaths, doneBytes }: Sums, ms: number): string {
    if (paths === 0) return "";
    const rate = ms > 0 ? `, ${inWords(Math.round((doneBytes * 1000) / ms))}/s` : "";
    return `: ${donePaths} of ${paths} paths, ${inWords(doneBytes)} of ${inWords(bytes)}${rate}`;
}

/** What is not sent, and why; undefined: nothing is left out. */
export function skippedWords({ there, filtered }: Pick<Sums, "there" | "filtered">): string | undefined {
    const words = [
        [there, "in the cache already"],
        [filtered.upstreamKey, "signed by an upstream's key"],
        [filtered.upstreamCache, "in another cache"],
        [filtered.tooLarge, "too large, or referring to such a path"],
        [filtered.pattern, "excluded by name, or referring to such a path"],
    ]
        .filter(([count]) => count !== 0)
        .map(([count, why]) => `${count} ${why}`);
    return words.length === 0 ? undefined : words.join(", ");
}
