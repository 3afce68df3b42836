import { ask, type Cache } from "../s3/bucket.ts";
import { removeObject } from "../s3/remove.ts";
import { entered } from "../system/ledger.ts";
import { forEachAtOnce } from "../system/pool.ts";
import type { Broken, BrokenFinder } from "./broken.ts";
import { hashOf } from "./doomed.ts";
import { referrersFirst } from "./referrersFirst.ts";
import type { Removal } from "./repairPlan.ts";

/** Questions under way at the same time. */
const AT_ONCE = 16;

/**
 * Which of some narinfos are broken still: others may have mended them.
 *
 * @throws ServerError when the server does not answer
 */
export async function stillBroken(finder: BrokenFinder, keys: Iterable<string>): Promise<Broken[]> {
    const still: Broken[] = [];
    await forEachAtOnce(keys, AT_ONCE, async (key) => {
        const found = await finder.check(key);
        if (found !== undefined) still.push(found);
    });
    return still;
}

/**
 * Removes broken narinfos, and those of who refers to them, who refers first. Each
 * is looked at again just before: what was mended meanwhile stays, with who refers to it.
 *
 * @returns what was removed
 * @throws ServerError when the server does not answer, or refuses
 */
export async function removeBroken(
    cache: Cache,
    finder: BrokenFinder,
    removals: readonly Removal[],
): Promise<Removal[]> {
    const etags = new Map<string, string>();
    await forEachAtOnce(removals, AT_ONCE, async (one) => {
        const { key, isReferrer, etag } = one;
        const seen = await etagOf(cache, key);
        if (seen === undefined) return;
        const isSame = isReferrer ? seen === etag : (await finder.check(key)) !== undefined;
        if (isSame) etags.set(key, seen);
    });
    const order = referrersFirst(new Map(removals.map((one) => [hashOf(one.key), one])));
    const going = goes(order, (key) => etags.has(key));
    const removed: Removal[] = [];
    for (const one of order.filter((each) => going.has(each))) {
        if ((await etagOf(cache, one.key)) !== etags.get(one.key)) continue;
        await removeObject(cache, one.key);
        entered(`removed ${one.key}`);
        await removeObject(cache, `${hashOf(one.key)}.ls`);
        removed.push(one);
    }
    return removed;
}

/** Who is broken itself, and who refers to one of them. @param order who refers to others before those */
function goes(order: readonly Removal[], isSame: (key: string) => boolean): Set<Removal> {
    const hashes = new Set<string>();
    const going = new Set<Removal>();
    for (const one of order.toReversed()) {
        const refers = one.references.some((hash) => hashes.has(hash));
        if (!isSame(one.key) || (one.isReferrer && !refers)) continue;
        hashes.add(hashOf(one.key));
        going.add(one);
    }
    return going;
}

/** @returns undefined where there is no such object */
async function etagOf(cache: Cache, key: string): Promise<string | undefined> {
    // 400: it is encrypted with somebody's own key, and its ETag is not told.
    const { status, headers } = await ask(cache, "HEAD", key, { kind: "short" }, [400]);
    return status === 404 ? undefined : (headers.etag ?? "");
}
