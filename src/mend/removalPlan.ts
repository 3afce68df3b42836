import { everyNarinfo } from "../content/everyNarinfo.ts";
import type { Cache } from "../s3/bucket.ts";
import { serverTime } from "../s3/serverTime.ts";
import { doomed, hashOf, objectsOf, type Doomed } from "./doomed.ts";
import { referrersFirst } from "./referrersFirst.ts";

/** Referrers that are kept by name; of more, their number alone. */
const MOST_NAMED = 1000;

/** What a removal would do. */
export interface RemovalPlan {
    /** When the look began, by the server's clock: what was written since is looked at again before a NAR goes. */
    readonly begun: Date;
    /** What goes, who refers to others before those. */
    readonly removals: readonly Doomed[];
    /** Objects of these that stay, since others that stay have them too: NARs and logs. */
    readonly shared: ReadonlySet<string>;
    /** Paths that stay and refer to one that goes: the first of them in the order of the listing, and how many there are. */
    readonly referrers: { readonly count: number; readonly paths: readonly string[] };
    /** Narinfos that were looked at. */
    readonly seen: number;
}

/**
 * Looks through all narinfos of a cache for who refers to paths that are to be
 * removed, and who has the same NAR or log.
 *
 * @param withReferrers whether who refers to them goes too, and who refers to those: each step of that is another look through all
 * @throws ServerError when the server does not answer, or refuses
 */
export async function planRemoval(
    cache: Cache,
    asked: readonly Doomed[],
    withReferrers: boolean,
    onLook: () => void = () => undefined,
): Promise<RemovalPlan> {
    const begun = await serverTime(cache);
    const removals = new Map(asked.map((one) => [hashOf(one.path), one]));
    for (;;) {
        const look = await lookThrough(cache, removals, withReferrers, onLook);
        if (look.found.length === 0) {
            const { shared, referrers, seen } = look;
            return { begun, removals: referrersFirst(removals), shared, referrers, seen };
        }
        for (const one of look.found) removals.set(hashOf(one.path), one);
    }
}

interface LookThrough {
    /** Referrers that are to go too. */
    readonly found: readonly Doomed[];
    readonly shared: ReadonlySet<string>;
    readonly referrers: RemovalPlan["referrers"];
    readonly seen: number;
}

async function lookThrough(
    cache: Cache,
    removals: ReadonlyMap<string, Doomed>,
    withReferrers: boolean,
    onLook: () => void,
): Promise<LookThrough> {
    const objects = objectsOf(removals.values());
    const found: Doomed[] = [];
    const shared = new Set<string>();
    const paths: string[] = [];
    let count = 0;
    let seen = 0;
    await everyNarinfo(cache, {
        onLook,
        work: (narinfo) => {
            seen++;
            const one = doomed(narinfo);
            if (removals.has(hashOf(one.path))) return;
            const refers = one.references.some((name) => removals.has(hashOf(name)));
            if (refers && withReferrers) {
                found.push(one);
                return;
            }
            for (const object of [one.nar, one.log])
                if (object !== undefined && objects.has(object)) shared.add(object);
            if (!refers) return;
            count++;
            if (paths.length < MOST_NAMED) paths.push(one.path);
        },
    });
    return { found, shared, referrers: { count, paths: paths.sort() }, seen };
}
