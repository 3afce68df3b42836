import { besideTarget } from "../cache/besideTarget.ts";
import { BESIDE } from "../cache/besideNames.ts";
import type { Cache } from "../s3/bucket.ts";
import { ask } from "../s3/bucket.ts";
import type { ListedObject } from "../s3/listing.ts";
import { listObjects } from "../s3/objects.ts";
import { forEachAtOnce } from "../system/pool.ts";
import { undoCoding } from "../cache/contentCoding.ts";
import { whatIsThere } from "./presence.ts";

const AT_ONCE = 16;

/** Bytes of one that is read. */
const MOST = 64 * 1024;

/**
 * Goes through what is beside paths, many at once, a page of the listing in memory:
 * links to debug information, build traces. What can be read of none is passed over.
 *
 * @param wanted which of them are read
 * @param work told of each, and what it belongs to (see `besideTarget`)
 * @throws ServerError when the server does not answer, or refuses; what `work` throws
 */
export async function readBeside(
    cache: Cache,
    wanted: (object: ListedObject) => boolean,
    work: (key: string, target: string) => Promise<void>,
): Promise<void> {
    const keys = async function* () {
        for (const prefix of [BESIDE.debugInfo, BESIDE.realisations, BESIDE.buildTraces])
            for await (const page of listObjects(cache.connection, cache.bucket, { prefix }))
                for (const object of page) if (wanted(object)) yield object.key;
    };
    await forEachAtOnce(keys(), AT_ONCE, async (key) => {
        const answer = await whatIsThere(() => ask(cache, "GET", key, { kind: "short" }));
        if (answer?.status !== 200) return;
        const target = besideTarget(key, textOf(answer.body, answer.headers["content-encoding"]));
        if (target !== undefined) await work(key, target);
    });
}

function textOf(body: Buffer, coding: string | undefined): string {
    try {
        return undoCoding(body, coding, MOST).toString("utf8");
    } catch {
        return "";
    }
}
