import { logKey } from "../cache/besideNames.ts";
import { ServerError } from "../cache/serverError.ts";
import type { Cache } from "../s3/bucket.ts";
import { putStream } from "../s3/putStream.ts";
import { buildLogOf, readBuildLog } from "../store/buildLog.ts";
import type { Nix } from "../store/nix.ts";
import { gzipStream } from "./compression.ts";

/** Content type as Nix itself uploads it (`binary-cache-store.cc`, `addBuildLog`). */
const LOG_TYPE = "text/plain; charset=utf-8";

/** What became of a log: it was sent; the store has none; or it could not be read, and why. */
export type LogOutcome = "sent" | "none" | { readonly unreadable: Error };

/**
 * Brings the log of a build into the cache, where `nix log` and browsers read it.
 * The one of an earlier build of the same derivation is replaced: that is of a
 * path that is not in the cache any more, or of the same content.
 *
 * It is packed with gzip, whatever NARs are: HTTP clients undo that, and newer
 * versions of Nix leave it to libcurl, which knows no bzip2 and not always zstd.
 *
 * @param deriver full store path of the derivation
 * @throws ServerError when the server does not answer, or refuses
 */
export async function putBuildLog(cache: Cache, nix: Nix, deriver: string): Promise<LogOutcome> {
    const log = buildLogOf(nix, deriver);
    if (log === undefined) return "none";
    try {
        await putStream(cache, logKey(deriver), gzipStream(readBuildLog(nix, log)), {
            contentType: LOG_TYPE,
            contentEncoding: "gzip",
            replace: true,
        });
        return "sent";
    } catch (error) {
        // A path is worth more than its log: what keeps it from being read keeps no path back.
        if (error instanceof ServerError || !(error instanceof Error)) throw error;
        return { unreadable: error };
    }
}
