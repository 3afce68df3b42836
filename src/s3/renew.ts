import { ask, gone, mustAsk, type Cache } from "./bucket.ts";
import type { Connection } from "./connection.ts";

/** Headers of an object that a copy with new metadata would lose. */
const KEPT = ["content-type", "content-encoding", "cache-control", "content-disposition"];

/** What begins the names of an object's further words. */
const META = "x-amz-meta-";

/** What servers answer that copy an object onto itself with new metadata alone: Amazon 400 (InvalidRequest), others 501. */
const REFUSALS: readonly number[] = [400, 501];

/** Connections to servers that answered so. */
const refusing = new WeakSet<Connection>();

/**
 * Makes an object new without sending it: the server copies it onto itself, so
 * its days count from now. Its content is never gone in between.
 *
 * It is one request whatever the size: MinIO, which takes 5 TiB (Amazon 5 GiB),
 * writes metadata alone where the object has a checksum of the whole, as every
 * upload from here has; where it has none, it is rewritten once, and has one
 * then. A copy in parts would rewrite it each time.
 *
 * MinIO copies an object's own headers and words where the tags are replaced, so
 * nobody has to know them; tags, which nothing here sets, are lost. Other servers
 * are asked for the headers first, which are sent with the copy.
 *
 * @throws PathError when there is no such object; ServerError as `ask` does
 */
export async function renew(cache: Cache, key: string): Promise<void> {
    if (!(await renewIfThere(cache, key))) throw gone(key, "PUT", 404);
}

/** As {@link renew}. @returns whether there is such an object */
export async function renewIfThere(cache: Cache, key: string): Promise<boolean> {
    const { connection } = cache;
    if (!refusing.has(connection)) {
        const headers = { ...sourceOf(cache, key), "x-amz-tagging-directive": "REPLACE" };
        const { status } = await ask(cache, "PUT", key, { kind: "work", headers, body: "" }, REFUSALS);
        if (!REFUSALS.includes(status)) return status < 300;
    }
    const isThere = await copyOntoItself(cache, key, {});
    // It took this one: it is not the object that it refused.
    if (isThere) refusing.add(connection);
    return isThere;
}

/** Gives an object further words, by name; those that it has are kept. It is new by that. */
export async function setMetadata(
    cache: Cache,
    key: string,
    metadata: Readonly<Record<string, string>>,
): Promise<void> {
    const headers = Object.entries(metadata).map(([name, value]) => [`${META}${name}`, value]);
    if (!(await copyOntoItself(cache, key, Object.fromEntries(headers) as Record<string, string>)))
        throw gone(key, "HEAD", 404);
}

/** @returns whether there is such an object */
async function copyOntoItself(
    cache: Cache,
    key: string,
    more: Readonly<Record<string, string>>,
): Promise<boolean> {
    const { status, headers } = await ask(cache, "HEAD", key, { kind: "short" });
    if (status === 404) return false;
    const kept = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === "string" && (KEPT.includes(name) || name.startsWith(META)) ? [[name, value]] : [],
    );
    await mustAsk(cache, "PUT", key, {
        kind: "work",
        headers: {
            ...(Object.fromEntries(kept) as Record<string, string>),
            ...more,
            ...sourceOf(cache, key),
            // Another that was written in between keeps its own words.
            ...(headers.etag === undefined ? {} : { "x-amz-copy-source-if-match": headers.etag }),
            "x-amz-metadata-directive": "REPLACE",
        },
        body: "",
    });
    return true;
}

/** Names in a cache are letters, digits and `/.-_`, which need no encoding here. */
function sourceOf({ bucket }: Cache, key: string): Record<string, string> {
    return { "x-amz-copy-source": `/${bucket}/${key}` };
}
