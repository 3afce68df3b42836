import { mustAsk, type Cache } from "./bucket.ts";
import { copySource } from "./copySource.ts";

/** Headers of an object that a copy with new metadata would lose. */
const KEPT = ["content-type", "content-encoding", "cache-control", "content-disposition"];

/** What begins the names of an object's further words. */
const META = "x-amz-meta-";

/**
 * Makes an object new without sending it: the server copies it onto itself, so
 * its days count from now. Its content is never gone in between.
 *
 * It is one request whatever the size: MinIO, which takes 5 TiB (Amazon 5 GiB),
 * writes metadata alone where the object has a checksum of the whole, as every
 * upload from here has; where it has none, it is rewritten once, and has one
 * then. A copy in parts would rewrite it each time.
 */
export async function renew(cache: Cache, key: string): Promise<void> {
    await copyOntoItself(cache, key, {});
}

/** Gives an object further words, by name; those that it has are kept. It is new by that. */
export async function setMetadata(
    cache: Cache,
    key: string,
    metadata: Readonly<Record<string, string>>,
): Promise<void> {
    const headers = Object.entries(metadata).map(([name, value]) => [`${META}${name}`, value]);
    await copyOntoItself(cache, key, Object.fromEntries(headers) as Record<string, string>);
}

async function copyOntoItself(
    cache: Cache,
    key: string,
    more: Readonly<Record<string, string>>,
): Promise<void> {
    const { headers } = await mustAsk(cache, "HEAD", key, { kind: "short" });
    const kept = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === "string" && (KEPT.includes(name) || name.startsWith(META)) ? [[name, value]] : [],
    );
    await mustAsk(cache, "PUT", key, {
        kind: "work",
        headers: {
            ...(Object.fromEntries(kept) as Record<string, string>),
            ...more,
            "x-amz-copy-source": copySource(cache, key),
            // Another that was written in between keeps its own words.
            ...(headers.etag === undefined ? {} : { "x-amz-copy-source-if-match": headers.etag }),
            "x-amz-metadata-directive": "REPLACE",
        },
        body: "",
    });
}
