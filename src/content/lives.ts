/** When the objects of a path go, in milliseconds since 1970; Infinity: never. */
export interface Times {
    readonly narinfoUntil: number;
    readonly narUntil: number;
}

/** A path in the order of a closure. */
export interface InOrder {
    /** Full store path. */
    readonly path: string;
    /** Full store paths, without itself. */
    readonly references: readonly string[];
}

/** What is to become of a path that is there, so that nothing that needs it outlives it. */
export interface Life {
    /** Until when it is needed. */
    readonly needed: number;
    readonly renewNar: boolean;
    readonly renewNarinfo: boolean;
}

/**
 * How long each path is needed, and what has to be renewed for that: what is
 * referred to never goes on an earlier day than what refers to it, and a NAR never
 * before its narinfo. (A server removes objects at midnight, so times are days.)
 *
 * A narinfo that is renewed lasts as long as one that is written now, so all that
 * it refers to must, and so on.
 *
 * @param order references before who refers to them
 * @param times of those that are there; who has none is written now
 * @param fresh when a narinfo goes that is written now
 * @param least until when a path is needed, whatever refers to it. Default: no path is
 */
export function lives(
    order: readonly InOrder[],
    times: ReadonlyMap<string, Times>,
    fresh: number,
    least: (path: string) => number = () => -Infinity,
): Map<string, Life> {
    const needed = new Map<string, number>();
    const all = new Map<string, Life>();
    for (const { path, references } of order.toReversed()) {
        const there = times.get(path);
        const wanted = Math.max(needed.get(path) ?? -Infinity, least(path));
        const renewNarinfo = there !== undefined && there.narinfoUntil < wanted;
        const own =
            there === undefined || renewNarinfo
                ? Math.max(fresh, wanted)
                : Math.max(there.narinfoUntil, wanted);
        all.set(path, { needed: own, renewNarinfo, renewNar: there !== undefined && there.narUntil < own });
        for (const reference of references)
            needed.set(reference, Math.max(needed.get(reference) ?? -Infinity, own));
    }
    return all;
}
