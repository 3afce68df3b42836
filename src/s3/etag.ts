import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { partRanges } from "./multipart.ts";

/**
 * The ETag that S3 gives a file that is uploaded as {@link uploadFile} does it:
 * its MD5, or for one in parts the MD5 of the parts' MD5s and their number
 * (MinIO and Amazon S3, without encryption; elsewhere no file has this ETag).
 *
 * It tells an object that was overwritten by hand from the one that is to be
 * there, without reading it: a name that is a hash proves nothing.
 *
 * @param size of the file, in bytes
 */
export async function etagOf(file: string, size: number, partBytes: number): Promise<string> {
    if (size <= partBytes) return (await md5(file, 0, Infinity)).toString("hex");
    const ranges = partRanges(size, partBytes);
    const all = createHash("md5");
    for (const { first, last } of ranges) all.update(await md5(file, first, last));
    return `${all.digest("hex")}-${ranges.length}`;
}

async function md5(file: string, start: number, end: number): Promise<Buffer> {
    const hash = createHash("md5");
    for await (const part of createReadStream(file, { start, end }) as AsyncIterable<Buffer>)
        hash.update(part);
    return hash.digest();
}
