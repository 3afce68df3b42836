import { BufferPool } from "../system/bufferPool.ts";

/** Bytes of a part, and of what is sent in one request at most. S3 takes no less than 5 MiB, but for the last. */
export const PART_BYTES = 5 * 1024 * 1024;

/** S3 takes at most 10,000 parts; compressed, a NAR may have a little more bytes than it had. */
const PARTS = 9_900;

/** Bytes of a part for an object of so many, 5 TiB at most: more than {@link PART_BYTES} from 48 GiB on. */
export function partBytesFor(bytes: number): number {
    return Math.max(PART_BYTES, Math.ceil(bytes / PARTS));
}

/** Buffers at the same time, whatever is uploaded: 30 MiB. */
const BUFFERS = 6;

const parts = new BufferPool(PART_BYTES, BUFFERS);

/**
 * The memory that all uploads of this process share: one that is sent needs no
 * more, so nobody waits for ever.
 */
export const partBuffers = {
    /** @param bytes at least; what is larger than {@link PART_BYTES} is no part of the pool */
    take(bytes = PART_BYTES): Promise<Buffer> {
        return bytes > PART_BYTES ? Promise.resolve(Buffer.allocUnsafeSlow(bytes)) : parts.take();
    },

    /** Takes a buffer back; one that is no part of the pool goes. */
    give(buffer: Buffer): void {
        if (buffer.length === PART_BYTES) parts.give(buffer);
    },
};
