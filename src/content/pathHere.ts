import { daysOf, expiryOf } from "../cache/expiryDates.ts";
import { verifyNarinfo } from "../cache/narinfo.ts";
import { isPlainNarUrl } from "../cache/narUrl.ts";
import { fullPath, narinfoKey } from "../cache/storePath.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { readable, whatIsThere } from "./presence.ts";

/** A path as its narinfo in the cache has it. Nobody compared it with a local store. */
export interface PathHere {
    /** Full store path. */
    readonly path: string;
    /** Full store paths, without itself. */
    readonly references: readonly string[];
    /** Its NAR's name. */
    readonly url: string;
    /** Name of the derivation that built it; undefined: the narinfo does not say. */
    readonly deriver: string | undefined;
    /** Bytes that its NAR must have; undefined: the narinfo does not say. */
    readonly narFileSize: number | undefined;
    /** When the narinfo goes, in milliseconds since 1970; Infinity: never. */
    readonly narinfoUntil: number;
    /** Days of the rule that it goes by; Infinity: none. */
    readonly days: number;
}

/**
 * Asks the cache for a path's narinfo.
 *
 * @returns undefined where hosts cannot get the path from this cache
 * @throws ServerError when the server does not answer, or refuses
 */
export async function pathHere(
    cache: Cache,
    path: string,
    trustedPublicKeys: readonly string[],
): Promise<PathHere | undefined> {
    const answer = await whatIsThere(() => ask(cache, "GET", narinfoKey(path), { kind: "narinfo" }));
    const info = answer?.status === 200 ? readable(answer) : undefined;
    if (answer === undefined || info?.storePath !== path) return undefined;
    if (!isPlainNarUrl(info.url) || !verifyNarinfo(info, trustedPublicKeys)) return undefined;
    const narinfoUntil = expiryOf(answer.headers);
    return {
        path,
        references: info.references.map(fullPath).filter((one) => one !== path),
        url: info.url,
        deriver: info.deriver,
        narFileSize: info.fileSize ?? (info.compression === "none" ? info.narSize : undefined),
        narinfoUntil,
        days: daysOf(new Date(answer.headers["last-modified"] ?? Date.now()), narinfoUntil),
    };
}
