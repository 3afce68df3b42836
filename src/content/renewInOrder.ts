import { listingKey } from "../cache/storePath.ts";
import type { Cache } from "../s3/bucket.ts";
import { listed } from "../s3/listed.ts";
import { afterOthers, type Ended } from "../system/afterOthers.ts";
import { lives, type Life } from "./lives.ts";
import type { Found } from "./presence.ts";
import { renewPath, type ListingThere } from "./renewPath.ts";

/** A path that is there, with what it refers to. */
export interface FoundInOrder extends Found {
    /** Full store paths, without itself. */
    readonly references: readonly string[];
}

const AT_ONCE = 16;

/** What came of renewing. */
export interface Renewed extends Ended<FoundInOrder> {
    /** Objects that were renewed. */
    readonly renewed: number;
}

/**
 * Renews what would go on an earlier day than what needs it: NARs before
 * narinfos, references before who refers to them.
 *
 * @param order references before who refers to them
 * @param fresh when a narinfo goes that is written now
 * @param isFatal whether an error ends all; others keep those alone who refer to what failed
 * @returns how many objects were renewed, and for which paths that could not be done
 */
export async function renewInOrder(
    cache: Cache,
    order: readonly FoundInOrder[],
    fresh: number,
    isFatal: (error: Error) => boolean,
): Promise<Renewed> {
    const byPath = new Map(order.map((found) => [found.path, found]));
    return renewLives(cache, order, lives(order, byPath, fresh), isFatal);
}

/**
 * Renews what is planned, in that order.
 *
 * @param onRenewed told how many objects were renewed. Default: nobody is
 */
export async function renewLives(
    cache: Cache,
    order: readonly FoundInOrder[],
    life: ReadonlyMap<string, Life>,
    isFatal: (error: Error) => boolean,
    onRenewed: (objects: number) => void = () => undefined,
): Promise<Renewed> {
    const byPath = new Map(order.map((found) => [found.path, found]));
    const isThere = await listingsOf(cache, order, life);
    let renewed = 0;
    const ended = await afterOthers({
        items: order,
        needs: ({ references }) => references.flatMap((path) => byPath.get(path) ?? []),
        lane: () => 0,
        widths: [AT_ONCE],
        isFatal,
        work: async (found) => {
            const one = life.get(found.path);
            // Others count meanwhile, so it is added to what the sum is then.
            const objects = one === undefined ? 0 : await renewPath(cache, found, one, isThere);
            renewed += objects;
            onRenewed(renewed);
        },
    });
    return { ...ended, renewed };
}

/** Which of the listings are there that are to be renewed with their narinfos: most caches have none. */
async function listingsOf(
    cache: Cache,
    order: readonly FoundInOrder[],
    life: ReadonlyMap<string, Life>,
): Promise<ListingThere> {
    const due = order.filter(({ path }) => life.get(path)?.renewNarinfo === true);
    const { known } = await listed(
        cache,
        "",
        due.map(({ path }) => listingKey(path)),
    );
    return (key) => (known.has(key) ? known.get(key) !== undefined : undefined);
}
