import { undoCoding } from "../cache/contentCoding.ts";
import { parseNarinfo, type NarInfo } from "../cache/narinfo.ts";
import { ServerError, TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { inWords, LIMITS } from "../s3/limits.ts";

/** A narinfo as it is in the cache: what it says, why nobody can read it, or that it is gone. */
export type ReadNarinfo =
    | { readonly kind: "read"; readonly info: NarInfo }
    | { readonly kind: "broken"; readonly why: string }
    | { readonly kind: "gone" };

/**
 * Reads a narinfo that a listing has named.
 *
 * @param key its object name
 * @throws ServerError when the server does not answer, or refuses who asks
 */
export async function readNarinfo(cache: Cache, key: string): Promise<ReadNarinfo> {
    try {
        const answer = await ask(cache, "GET", key, { kind: "narinfo" });
        if (answer.status === 404) return { kind: "gone" };
        const text = undoCoding(answer.body, answer.headers["content-encoding"], LIMITS.narinfo.bytes);
        const info = parseNarinfo(text.toString("utf8"));
        return info.storePath.startsWith(`/nix/store/${key.slice(0, 32)}-`)
            ? { kind: "read", info }
            : { kind: "broken", why: `it is the narinfo of another path: ${info.storePath}` };
    } catch (error) {
        if (error instanceof TooLarge)
            return {
                kind: "broken",
                why: `it is larger than ${inWords(LIMITS.narinfo.bytes)}, which no narinfo is`,
            };
        if (error instanceof ServerError) throw error;
        return { kind: "broken", why: (error as Error).message };
    }
}
