import { listingKey, narinfoKey } from "../cache/storePath.ts";
import type { Cache } from "../s3/bucket.ts";
import { renew, renewIfThere } from "../s3/renew.ts";
import type { Life } from "./lives.ts";

/** What knows which listings of files are there: their object names, or undefined where it does not. */
export type ListingThere = (key: string) => boolean | undefined;

/**
 * Renews what a path needs, its NAR before its narinfo. Whoever calls has renewed
 * what it refers to.
 *
 * @param isThere whether a listing of files is in the cache. Default: the server is asked
 * @returns how many objects were renewed
 * @throws PathError when one of them is gone meanwhile; ServerError as `ask` does
 */
export async function renewPath(
    cache: Cache,
    { path, url }: { readonly path: string; readonly url: string },
    { renewNar, renewNarinfo }: Pick<Life, "renewNar" | "renewNarinfo">,
    isThere: ListingThere = () => undefined,
): Promise<number> {
    if (renewNar) await renew(cache, url);
    if (!renewNarinfo) return Number(renewNar);
    const listing = listingKey(path);
    const hasListing = isThere(listing) !== false && (await renewIfThere(cache, listing));
    await renew(cache, narinfoKey(path));
    return Number(renewNar) + Number(hasListing) + 1;
}
