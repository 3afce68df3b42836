import type { Cache } from "../s3/bucket.ts";
import { listObjects } from "../s3/objects.ts";
import { forEachAtOnce } from "../system/pool.ts";
import { isNarinfoKey, storedNarinfo, type StoredNarinfo } from "./storedNarinfo.ts";

/** Questions under way at the same time. */
const AT_ONCE = 16;

/** Which narinfos, and whom to tell. */
export interface Every {
    /** Given each that hosts can use. */
    readonly work: (narinfo: StoredNarinfo) => Promise<void> | void;
    /** Only those that were written, or renewed, since then. Default: all. */
    readonly since?: Date;
    /** Told of each that was looked at, be it none. Default: nobody is. */
    readonly onLook?: () => void;
    /** Told of what is there and no host can use. Default: nobody is. */
    readonly onUnreadable?: (key: string) => void;
}

/**
 * Reads every narinfo of a cache, many at once: however many there are, a page of
 * the listing and a few narinfos are in memory.
 *
 * @throws ServerError when the server does not answer, or refuses; what `work` throws
 */
export async function everyNarinfo(cache: Cache, every: Every): Promise<void> {
    const { work, since, onLook = () => undefined, onUnreadable = () => undefined } = every;
    await forEachAtOnce(keys(cache, since), AT_ONCE, async (key) => {
        const narinfo = await storedNarinfo(cache, key);
        if (narinfo === "unreadable") onUnreadable(key);
        else if (narinfo !== "gone") await work(narinfo);
        onLook();
    });
}

async function* keys({ connection, bucket }: Cache, since: Date | undefined): AsyncGenerator<string> {
    for await (const page of listObjects(connection, bucket))
        for (const { key, modified } of page)
            if (isNarinfoKey(key) && (since === undefined || modified >= since)) yield key;
}
