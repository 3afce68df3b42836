import type { Cache } from "../s3/bucket.ts";
import { closureHere, type ClosureHere } from "./closureHere.ts";
import type { Upstreams } from "./upstream.ts";

/** How much of some paths, with all that they refer to, hosts can get. */
export interface Wholeness extends Pick<ClosureHere, "elsewhere" | "missing" | "unknown"> {
    /** Paths that are in this cache: signed, and with their NAR. */
    readonly here: number;
}

/**
 * Walks the closures of paths by their narinfos, each path once.
 *
 * @param roots full store paths; one that is not in this cache counts as missing, wherever else it is
 * @throws ServerError when the server does not answer
 */
export async function wholenessOf(
    cache: Cache,
    roots: readonly string[],
    trustedPublicKeys: readonly string[],
    upstreams: Pick<Upstreams, "has">,
): Promise<Wholeness> {
    const { members, elsewhere, missing, unknown } = await closureHere(cache, roots, {
        trustedPublicKeys,
        upstreams,
        mustBeHere: (path) => roots.includes(path),
    });
    return { here: members.size, elsewhere, missing, unknown };
}
