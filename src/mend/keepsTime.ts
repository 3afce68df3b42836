import { DAY_MS } from "../cache/day.ts";
import { ServerError } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { put } from "../s3/put.ts";
import { removeObject } from "../s3/remove.ts";

/** It is written and removed again. No expiry rule meets a name that begins with `_`. */
const PROBE = "_time-probe";

/** Two minutes, in milliseconds: further apart, the time was not kept. */
const NEAR_MS = 120_000;

/**
 * Sees to it that the server keeps the time of what is written anew, as MinIO does
 * for its administrator. Elsewhere narinfos would get younger than what they need.
 *
 * @throws ServerError when it does not
 */
export async function requireKeptTime(cache: Cache): Promise<void> {
    const modified = new Date(Date.now() - DAY_MS);
    await put(cache, PROBE, "time\n", { contentType: "text/plain", replace: true, modified });
    const { headers } = await ask(cache, "HEAD", PROBE, { kind: "short" });
    await removeObject(cache, PROBE);
    const is = Date.parse(headers["last-modified"] ?? "");
    if (Math.abs(is - modified.getTime()) <= NEAR_MS) return;
    throw new ServerError(
        `${new URL(cache.connection.url).origin} does not keep the time of what is written anew, so what is signed would outlive what it needs`,
    );
}
