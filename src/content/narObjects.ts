import { daysOf, untilOf } from "../cache/expiryDates.ts";
import { canonicalSha256 } from "../cache/sha256.ts";
import type { Cache } from "../s3/bucket.ts";
import { listed, type Listed } from "../s3/listed.ts";
import { mapAtOnce } from "../system/pool.ts";
import { FILE_HASH } from "./narThere.ts";
import { narObject, type NarObject } from "./presence.ts";

const QUESTIONS_AT_ONCE = 16;

/**
 * What the server has under some names of NARs: by pages of a listing, or one by
 * one, whichever is cheaper.
 *
 * A listing does not say when an object goes, but when it was written: the days
 * are those of one that is asked for.
 *
 * @param pages what is known of some of them already
 * @returns by name; what is not there, or what hosts cannot read, is missing
 */
export async function narObjects(
    cache: Cache,
    urls: readonly string[],
    pages: Listed,
): Promise<Map<string, NarObject>> {
    const more = await listed(
        cache,
        "nar/",
        urls.filter((url) => !pages.known.has(url)),
    );
    const wanted = new Set(urls);
    const known = [...pages.known, ...more.known].filter(([url]) => wanted.has(url));
    const found = new Map<string, NarObject>();
    const unclear: string[] = [];
    const askFor = async (url: string) => {
        const nar = await narObject(cache, url);
        if (nar !== undefined) found.set(url, nar);
        return nar;
    };
    let days: number | undefined;
    for (const [url, object] of known) {
        if (object === undefined) continue;
        const { size, modified, isPlain, words } = object;
        if (!isPlain) unclear.push(url);
        else if (days === undefined) {
            const asked = await askFor(url);
            if (asked !== undefined) days = daysOf(modified, asked.until);
        } else {
            const hash = words.get(FILE_HASH);
            const fileHash = hash === undefined ? undefined : canonicalSha256(hash);
            found.set(url, { size, fileHash, until: untilOf(modified, days) });
        }
    }
    await mapAtOnce([...unclear, ...more.rest], QUESTIONS_AT_ONCE, askFor);
    return found;
}
