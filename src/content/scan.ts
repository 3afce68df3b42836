import { kindOf, type ObjectKind } from "../cache/objectKind.ts";
import type { Cache } from "../s3/bucket.ts";
import type { ListedObject } from "../s3/listing.ts";
import { listObjects } from "../s3/objects.ts";
import { forEachAtOnce } from "../system/pool.ts";
import { readNarinfo, type ReadNarinfo } from "./readNarinfo.ts";

/** Narinfos that are read at the same time. */
const AT_ONCE = 32;

/** Who wants to know what is in a bucket. */
export interface Look {
    /** Told of every object, in the order of their names. */
    readonly object: (object: ListedObject, kind: ObjectKind) => void;
    /** Which narinfos are read. Default: all, if anybody is told of them. */
    readonly wanted?: (object: ListedObject) => boolean;
    /** Told of each narinfo that was read, in any order. Default: none is read. */
    readonly narinfo?: (object: ListedObject, found: ReadNarinfo) => void | Promise<void>;
}

/**
 * Goes through all that is in the bucket, once: a page of the listing after the
 * other, and the narinfos many at once. However many there are, two pages are in
 * memory; what else is kept is the affair of who is told.
 *
 * @param pages default: the bucket's listing
 * @throws ServerError when the server does not answer, or refuses who asks
 */
export async function scan(
    cache: Cache,
    look: Look,
    pages: AsyncIterable<ListedObject[]> = listObjects(cache.connection, cache.bucket),
): Promise<void> {
    const { object: seen, wanted = () => true, narinfo } = look;
    async function* narinfos() {
        for await (const page of oneAhead(pages)) {
            for (const one of page) {
                const kind = kindOf(one.key);
                seen(one, kind);
                if (kind === "narinfo" && narinfo !== undefined && wanted(one)) yield one;
            }
        }
    }
    await forEachAtOnce(narinfos(), AT_ONCE, async (one) => {
        await narinfo?.(one, await readNarinfo(cache, one.key));
    });
}

/** The next page is asked for while the one before is worked on: the server takes as long for one as for a hundred narinfos. */
async function* oneAhead<Page>(pages: AsyncIterable<Page>): AsyncGenerator<Page> {
    const iterator = pages[Symbol.asyncIterator]();
    const ask = () => {
        const asked = iterator.next();
        // Whoever works on the page before may leave before this is looked at.
        asked.catch(() => undefined);
        return asked;
    };
    try {
        for (let next = ask(); ;) {
            const page = await next;
            if (page.done === true) return;
            next = ask();
            yield page.value;
        }
    } finally {
        await iterator.return?.();
    }
}
