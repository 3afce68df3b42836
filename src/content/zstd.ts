import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { BufferPool } from "../system/bufferPool.ts";
import { PIECE_BYTES, Pieces } from "./codec.ts";
import { FRAME_BYTES, Framer } from "./framer.ts";

/** Frames of this process that are filled or compressed at the same time. */
const FRAMES = 4;

/** Frames of one stream that are compressed at the same time, or wait for one before them. */
const AHEAD = 3;

/** Bytes that are compressed at once, without another thread: 0.1 ms for 15 KB, less than a thread's hand-over costs. */
const AT_ONCE_BYTES = 64 * 1024;

const frames = new BufferPool(FRAME_BYTES, FRAMES);

const compressWhole = promisify(zlib.zstdCompress) as (
    bytes: Buffer,
    options: zlib.ZstdOptions,
) => Promise<Buffer>;

/** Compresses what is in memory, as one frame. @param level zstd's, 1 to 19 */
export async function zstd(bytes: Buffer, level: number): Promise<Buffer> {
    const options = {
        // With the size, zstd takes tables that fit: without, it clears some for megabytes, four times the work for 15 KB.
        pledgedSrcSize: bytes.length,
        params: { [zlib.constants.ZSTD_c_compressionLevel]: level },
    };
    return bytes.length <= AT_ONCE_BYTES
        ? zlib.zstdCompressSync(bytes, options)
        : compressWhole(bytes, options);
}

/**
 * Compresses a stream, several frames of it on other threads at the same time.
 * zstd takes frames one after the other for what is in them (RFC 8878, section 3).
 *
 * @param level as of {@link zstd}
 * @throws what the source throws
 */
export async function* zstdFrames(source: AsyncIterable<Buffer>, level: number): AsyncGenerator<Buffer> {
    const working: Promise<readonly Buffer[]>[] = [];
    const framers: Framer[] = [];
    let frame = await frames.take();
    let used = 0;
    let count = 0;
    const begin = () => {
        const full = frame;
        // It is the worker's now.
        frame = Buffer.alloc(0);
        // That of as many frames before, which is done.
        const framer = (framers[count++ % AHEAD] ??= new Framer(level));
        const work = framer.frame(full.subarray(0, used)).finally(() => frames.give(full));
        work.catch(() => undefined);
        working.push(work);
        used = 0;
    };
    try {
        for await (const piece of source)
            for (let at = 0; at < piece.length;) {
                if (frame.length === 0) frame = await frames.take();
                const taken = piece.copy(frame, used, at);
                used += taken;
                at += taken;
                if (used < frame.length) continue;
                begin();
                while (working.length >= AHEAD) yield* (await working.shift()) ?? [];
            }
        // What is empty is a frame too.
        if (used > 0 || count === 0) begin();
        for (const work of working) yield* await work;
        for (const framer of framers) framer.mustBeEmpty();
    } finally {
        await Promise.allSettled(working);
        for (const framer of framers) framer.end();
        if (frame.length > 0) frames.give(frame);
    }
}

/** Bytes of a frame below which a file of many is refused: each costs a new codec, and nobody writes such. */
const LEAST_FRAME = 64;
const MOST_SMALL_FRAMES = 1000;

/**
 * Undoes zstd, of one frame or several: Node's own codec ends with the first.
 *
 * @throws Error for what is not compressed so; what the source throws
 */
export async function* unzstd(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const pieces = new Pieces(source);
    let count = 0;
    let bytes = 0;
    try {
        do {
            if (count++ > MOST_SMALL_FRAMES + bytes / LEAST_FRAME) throw new Error("it has too many frames");
            const codec = zlib.createZstdDecompress({ chunkSize: PIECE_BYTES });
            yield* pieces.through(codec);
            bytes += codec.bytesWritten;
        } while (pieces.hasLeft);
    } finally {
        await pieces.end();
    }
}
