import type { Cache } from "../s3/bucket.ts";
import { afterOthers, type Ended } from "../system/afterOthers.ts";
import { lives } from "./lives.ts";
import type { Found } from "./presence.ts";
import { renewPath } from "./renewPath.ts";

/** A path that is there, with what it refers to. */
export interface FoundInOrder extends Found {
    /** Full store paths, without itself. */
    readonly references: readonly string[];
}

const AT_ONCE = 16;

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
): Promise<Ended<FoundInOrder> & { readonly renewed: number }> {
    const byPath = new Map(order.map((found) => [found.path, found]));
    const life = lives(order, byPath, fresh);
    let renewed = 0;
    const ended = await afterOthers({
        items: order,
        needs: ({ references }) => references.flatMap((path) => byPath.get(path) ?? []),
        lane: () => 0,
        widths: [AT_ONCE],
        isFatal,
        work: async (found) => {
            const one = life.get(found.path);
            if (one !== undefined) renewed += await renewPath(cache, found, one);
        },
    });
    return { ...ended, renewed };
}
