import { PathError } from "../cache/faults.ts";
import { listingKey, narinfoKey } from "../cache/storePath.ts";
import type { Cache } from "../s3/bucket.ts";
import { renew } from "../s3/renew.ts";
import type { Life } from "./lives.ts";

/**
 * Renews what a path needs, its NAR before its narinfo. Whoever calls has renewed
 * what it refers to.
 *
 * @returns how many objects were renewed
 * @throws PathError when one of them is gone meanwhile; ServerError as `ask` does
 */
export async function renewPath(
    cache: Cache,
    { path, url }: { readonly path: string; readonly url: string },
    { renewNar, renewNarinfo }: Pick<Life, "renewNar" | "renewNarinfo">,
): Promise<number> {
    if (renewNar) await renew(cache, url);
    if (!renewNarinfo) return Number(renewNar);
    const hasListing = await renewIfThere(cache, listingKey(path));
    await renew(cache, narinfoKey(path));
    return Number(renewNar) + Number(hasListing) + 1;
}

async function renewIfThere(cache: Cache, key: string): Promise<boolean> {
    try {
        await renew(cache, key);
        return true;
    } catch (error) {
        if (error instanceof PathError) return false;
        throw error;
    }
}
