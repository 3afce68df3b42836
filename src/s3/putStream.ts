import { crc32 } from "node:zlib";
import type { Cache } from "./bucket.ts";
import { unsignedBody } from "./checksum.ts";
import { partBuffers, partBytesFor } from "./partBuffers.ts";
import { put, type PutOptions } from "./put.ts";
import { setMetadata } from "./renew.ts";
import { UploadInParts } from "./uploadInParts.ts";

/** What was uploaded. */
export interface Sent {
    /** Whether it was written; false: there is one already, and this one was thrown away. */
    readonly sent: boolean;
    /** Bytes. */
    readonly size: number;
}

/** As for one request, but for what is known when all was read. */
export interface StreamOptions extends Omit<PutOptions, "metadata" | "bodyHash"> {
    /** Words that the object keeps; asked for when all was read. */
    readonly metadata?: () => Readonly<Record<string, string>>;
    /** Bytes that there will be, at most, about: for more than 48 GiB, parts are larger. Default: less than that. */
    readonly bytes?: number;
}

/**
 * Uploads content of unknown length: in one request where it fits a part, in
 * parts otherwise, two of them on their way while the next is filled. The object
 * is visible when all of it is there, and not before the content has ended well:
 * an error of its source is thrown, and nothing is published.
 *
 * In memory are parts of the pool that all uploads share.
 *
 * @throws what the source throws; ServerError or PathError, as `ask` does
 */
export async function putStream(
    cache: Cache,
    key: string,
    source: AsyncIterable<Buffer>,
    options: StreamOptions,
): Promise<Sent> {
    const partBytes = partBytesFor(options.bytes ?? 0);
    let buffer = await partBuffers.take(partBytes);
    let used = 0;
    let size = 0;
    let crc = 0;
    let parts: UploadInParts | undefined;
    try {
        for await (const piece of source) {
            crc = crc32(piece, crc);
            size += piece.length;
            for (let at = 0; at < piece.length;) {
                if (used === buffer.length) {
                    parts ??= await UploadInParts.begin(cache, key, options);
                    const full = buffer;
                    // One that is on its way is not this function's any more.
                    buffer = Buffer.alloc(0);
                    await parts.send(full, used);
                    buffer = await partBuffers.take(partBytes);
                    used = 0;
                }
                const taken = piece.copy(buffer, used, at);
                used += taken;
                at += taken;
            }
        }
        const metadata = options.metadata?.() ?? {};
        if (parts === undefined) {
            const { contentType, contentEncoding, replace = false } = options;
            const body = buffer.subarray(0, used);
            return {
                sent: await put(cache, key, body, {
                    contentType,
                    ...(contentEncoding === undefined ? {} : { contentEncoding }),
                    replace,
                    metadata,
                    ...unsignedBody(cache.connection),
                }),
                size,
            };
        }
        const last = buffer;
        buffer = Buffer.alloc(0);
        await parts.send(last, used);
        const sent = await parts.complete(crc);
        // Only now is it known, and an object's words are given with its beginning.
        if (sent && Object.keys(metadata).length > 0) await setMetadata(cache, key, metadata);
        return { sent, size };
    } catch (error) {
        await parts?.abort();
        throw error;
    } finally {
        partBuffers.give(buffer);
    }
}
