import type { Cache } from "../s3/bucket.ts";
import { listObjects } from "../s3/objects.ts";
import { forEachAtOnce } from "../system/pool.ts";
import { kindOf } from "../cache/objectKind.ts";
import { readNarinfo, type StoredNarinfo } from "./readNarinfo.ts";

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
    await forEachAtOnce(narinfoKeys(cache, since), AT_ONCE, async (key) => {
        const narinfo = await readNarinfo(cache, key);
        if (narinfo.kind === "broken") onUnreadable(key);
        else if (narinfo.kind === "read") await work(narinfo);
        onLook();
    });
}

/**
 * Names of the narinfos of a cache, a page of its listing in memory.
 *
 * @param since only those that were written, or renewed, since then. Default: all
 * @throws ServerError as listObjects does
 */
export async function* narinfoKeys({ connection, bucket }: Cache, since?: Date): AsyncGenerator<string> {
    for await (const page of listObjects(connection, bucket))
        for (const { key, modified } of page)
            if (kindOf(key) === "narinfo" && (since === undefined || modified >= since)) yield key;
}
