import { daysOf, untilOf } from "../cache/expiryDates.ts";
import type { Cache } from "../s3/bucket.ts";
import { listPage } from "../s3/listPage.ts";
import { mapAtOnce } from "../system/pool.ts";
import { canonicalSha256 } from "../cache/sha256.ts";
import { FILE_HASH } from "./narThere.ts";
import { narObject, type NarObject } from "./presence.ts";

/**
 * A page of a listing takes as long as so many questions for one object each
 * (70 ms, and 0.6 ms, of MinIO with TLS on two cores).
 */
const WORTH_A_PAGE = 120;

const QUESTIONS_AT_ONCE = 16;

/**
 * What the server has under some names of NARs: by pages of a listing as long as
 * each of them answers for many, one by one otherwise. In a large cache the few
 * NARs of a push are far from one another, in a small one all are in a page.
 *
 * A listing does not say when an object goes, but when it was written: the days
 * are those of one that is asked for.
 *
 * @returns by name; what is not there, or what hosts cannot read, is missing
 */
export async function narObjects(cache: Cache, urls: Iterable<string>): Promise<Map<string, NarObject>> {
    // Names of NARs are of ASCII, so this order is that of a listing.
    const wanted = [...new Set(urls)].sort();
    const found = new Map<string, NarObject>();
    const unclear: string[] = [];
    const askFor = async (url: string) => {
        const nar = await narObject(cache, url);
        if (nar !== undefined) found.set(url, nar);
        return nar;
    };
    let days: number | undefined;
    let next = 0;
    while (wanted.length - next >= WORTH_A_PAGE) {
        const page = await listPage(cache, "nar/", wanted[next] ?? "", FILE_HASH);
        if (page === undefined) break;
        const begun = next;
        for (; next < wanted.length; next++) {
            const url = wanted[next] ?? "";
            if (page.last !== undefined && url > page.last) break;
            const listed = page.objects.get(url);
            if (listed === undefined) continue;
            if (!listed.isPlain) unclear.push(url);
            else if (days !== undefined)
                found.set(url, {
                    size: listed.size,
                    fileHash: listed.word === undefined ? undefined : canonicalSha256(listed.word),
                    until: untilOf(listed.modified, days),
                });
            else {
                const asked = await askFor(url);
                if (asked !== undefined) days = daysOf(listed.modified, asked.until);
            }
        }
        if (next - begun < WORTH_A_PAGE) break;
    }
    await mapAtOnce([...unclear, ...wanted.slice(next)], QUESTIONS_AT_ONCE, askFor);
    return found;
}
