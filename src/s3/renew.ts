import { mustAsk, type Cache } from "./bucket.ts";
import { inParts, partRanges } from "./multipart.ts";

/**
 * What is larger is copied in parts. A server copies up to 5 GiB in one request
 * (Amazon S3 API, CopyObject), but says nothing until it is done: smaller
 * copies end before anybody in between gives the connection up.
 */
export const COPY_BYTES = 1024 ** 3;

/** Headers of an object that a copy with new metadata would lose. */
const KEPT = ["content-type", "content-encoding", "cache-control", "content-disposition"] as const;

/**
 * Makes an object new without sending it: the server copies it onto itself, so
 * its days count from now. Its content is never gone in between.
 *
 * @param copyBytes what is larger is copied in parts of this size. Default: {@link COPY_BYTES}
 */
export async function renew(cache: Cache, key: string, copyBytes = COPY_BYTES): Promise<void> {
    const { headers } = await mustAsk(cache, "HEAD", key, { kind: "short" });
    const size = Number(headers["content-length"]);
    const kept = Object.fromEntries(
        KEPT.flatMap((name) => (typeof headers[name] === "string" ? [[name, headers[name]]] : [])),
    ) as Record<string, string>;
    // Names in a cache are letters, digits and `/.-_`, which need no encoding here.
    const source = { "x-amz-copy-source": `/${cache.bucket}/${key}` };
    if (size <= copyBytes) {
        await mustAsk(cache, "PUT", key, {
            kind: "work",
            headers: { ...kept, ...source, "x-amz-metadata-directive": "REPLACE" },
            body: "",
        });
        return;
    }
    await inParts(cache, key, kept, partRanges(size, copyBytes), ({ first, last }, query) =>
        mustAsk(cache, "PUT", key, {
            kind: "work",
            query,
            headers: { ...source, "x-amz-copy-source-range": `bytes=${first}-${last}` },
            body: "",
        }),
    );
}
