import { BESIDE, logKey } from "../cache/besideNames.ts";
import { isPastHalf, untilOf } from "../cache/expiryDates.ts";
import type { Cache } from "../s3/bucket.ts";
import type { ListedObject } from "../s3/listing.ts";
import { listObjects } from "../s3/objects.ts";
import { isOutage } from "../store/outage.ts";
import { forEachAtOnce } from "../system/pool.ts";
import type { MemberHere } from "./closureHere.ts";
import { readBeside } from "./readBeside.ts";
import { RenewBeside } from "./renewBeside.ts";

const AT_ONCE = 16;

/** What came of it. */
export interface BesideRenewed {
    /** Objects that were renewed. */
    readonly renewed: number;
    /** The error that ended it. Default: none did. */
    readonly fatal?: Error;
}

/**
 * Renews what is beside paths that are alive, and past half of its life: logs of
 * builds, links to debug information, build traces. A path's narinfo does not say
 * which there are, so all of a kind are listed, a page in memory; most caches have
 * none or few that are due.
 *
 * @param members the paths that are alive
 * @param days that such an object has, as a narinfo; Infinity: nothing expires
 */
export async function renewAliveBeside(
    cache: Cache,
    members: ReadonlyMap<string, MemberHere>,
    days: number,
    now: number,
): Promise<BesideRenewed> {
    if (days === Infinity || members.size === 0) return { renewed: 0 };
    const all = [...members.values()];
    const logs = new Set(all.flatMap(({ deriver }) => deriver ?? []).map(logKey));
    const alive = new Set(all.flatMap(({ url, path }) => [url, path]));
    const renewal = new RenewBeside(cache, []);
    let renewed = 0;
    const isDue = ({ modified }: ListedObject) => isPastHalf(untilOf(modified, days), days, now);
    const dueLogs = async function* () {
        for await (const page of listObjects(cache.connection, cache.bucket, { prefix: BESIDE.logs }))
            for (const object of page) if (isDue(object) && logs.has(object.key)) yield object.key;
    };
    const renew = async (key: string) => {
        // Others count meanwhile, so it is added to what the sum is then.
        const objects = await renewal.renew([key]);
        renewed += objects;
    };
    try {
        await forEachAtOnce(dueLogs(), AT_ONCE, renew);
        await readBeside(cache, isDue, async (key, target) => {
            if (alive.has(target)) await renew(key);
        });
        return { renewed };
    } catch (error) {
        if (error instanceof Error && isOutage(error)) return { renewed, fatal: error };
        throw error;
    }
}
