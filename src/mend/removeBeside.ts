import { readBeside } from "../content/readBeside.ts";
import type { Cache } from "../s3/bucket.ts";
import { removeObject } from "../s3/remove.ts";
import { entered } from "../system/ledger.ts";

/**
 * Removes what belonged to what was removed: links to debug information in a NAR
 * that is gone, build traces that lead to a path that is gone.
 *
 * @param gone object names of NARs, and full store paths
 * @returns how many objects were removed
 * @throws ServerError when the server does not answer, or refuses
 */
export async function removeBeside(cache: Cache, gone: ReadonlySet<string>): Promise<number> {
    let removed = 0;
    if (gone.size === 0) return removed;
    await readBeside(
        cache,
        () => true,
        async (key, target) => {
            if (!gone.has(target)) return;
            await removeObject(cache, key);
            entered(`removed ${key}`);
            removed++;
        },
    );
    return removed;
}
