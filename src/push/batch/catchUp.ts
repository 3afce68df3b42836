import { untilOf } from "../../cache/expiryDates.ts";
import { look, type Trust } from "../../content/look.ts";
import { renewInOrder } from "../../content/renewInOrder.ts";
import type { Cache } from "../../s3/bucket.ts";
import type { Member } from "../../store/closure.ts";
import { isOutage } from "../../store/outage.ts";

/** What became of paths that were looked at once more. */
export interface CaughtUp {
    readonly failed: ReadonlyMap<string, Error>;
    /** The error that ended it. Default: none did. */
    readonly fatal?: Error;
}

/**
 * Looks again at paths that were written while midnight may have passed, by the
 * server's clock, and renews what would go a day before what needs it.
 *
 * @param order references before who refers to them
 */
export async function catchUp(
    cache: Cache,
    order: readonly Member[],
    trust: Trust,
    now: number,
): Promise<CaughtUp> {
    try {
        const { presence, narinfoDays } = await look(cache, order, trust);
        const found = order.flatMap(({ path, references }) => {
            const good = presence.get(path)?.good;
            return good === undefined ? [] : [{ ...good, references }];
        });
        const fresh = untilOf(new Date(now), narinfoDays ?? Infinity);
        const { failed, fatal } = await renewInOrder(cache, found, fresh, isOutage);
        return {
            failed: new Map([...failed].map(([{ path }, error]) => [path, error])),
            ...(fatal === undefined ? {} : { fatal }),
        };
    } catch (error) {
        if (error instanceof Error && isOutage(error)) return { failed: new Map(), fatal: error };
        throw error;
    }
}
