import { realisationKey, realisationText, type Realisation } from "../cache/realisation.ts";
import type { Cache } from "../s3/bucket.ts";
import { put } from "../s3/put.ts";

/**
 * Writes of which derivations a path is the output. Whoever calls has made the path
 * visible: Nix takes the path for one that it can get.
 *
 * @param secretKeys keys that they are signed with
 * @param replace whether those that are there are written anew, as Nix does: they may name a path that is gone
 * @throws ServerError or PathError, as `ask` does
 */
export async function putRealisations(
    cache: Cache,
    realisations: readonly Realisation[],
    secretKeys: readonly string[],
    replace: boolean,
): Promise<void> {
    for (const one of realisations)
        await put(cache, realisationKey(one), realisationText(one, secretKeys), {
            contentType: "application/json",
            replace,
        });
}
