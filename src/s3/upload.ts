import { open, stat } from "node:fs/promises";
import { mustAsk, type Cache } from "./bucket.ts";
import { inParts, partRanges } from "./multipart.ts";

/** Bytes of a part; what is smaller goes in one piece. So much is in memory for each upload at the same time. */
export const PART_BYTES = 64 * 1024 * 1024;

/**
 * Uploads a file. The object is there whole or not at all, and the server
 * checks its content against the request's own hash.
 *
 * @param partBytes default: {@link PART_BYTES}; at least 5 MiB
 */
export async function uploadFile(
    cache: Cache,
    key: string,
    file: string,
    contentType: string,
    partBytes = PART_BYTES,
): Promise<void> {
    const { size } = await stat(file);
    const handle = await open(file, "r");
    try {
        const read = async (first: number, length: number) => {
            const buffer = Buffer.alloc(length);
            const { bytesRead } = await handle.read(buffer, 0, length, first);
            return buffer.subarray(0, bytesRead);
        };
        const headers = { "Content-Type": contentType };
        if (size <= partBytes) {
            await mustAsk(cache, "PUT", key, { kind: "short", headers, body: await read(0, size) });
            return;
        }
        await inParts(cache, key, headers, partRanges(size, partBytes), async ({ first, last }, query) =>
            mustAsk(cache, "PUT", key, { kind: "short", query, body: await read(first, last - first + 1) }),
        );
    } finally {
        await handle.close();
    }
}
