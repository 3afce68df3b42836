import type { Transform } from "node:stream";
import { promisify } from "node:util";
import * as zlib from "node:zlib";

/** How NARs are compressed. */
export interface Compression {
    readonly compression: "zstd" | "none";
    /** zstd's, 1 to 19. */
    readonly level: number;
}

/** Bytes of the pieces that come out. */
const PIECE_BYTES = 256 * 1024;

const compressWhole = promisify(zlib.zstdCompress) as (
    bytes: Buffer,
    options: zlib.ZstdOptions,
) => Promise<Buffer>;

/** Bytes that are compressed at once, without another thread: 0.1 ms for 15 KB, less than a thread's hand-over costs. */
const AT_ONCE_BYTES = 64 * 1024;

/** Compresses what is in memory. */
export async function compressed(bytes: Buffer, { compression, level }: Compression): Promise<Buffer> {
    if (compression === "none") return bytes;
    const options = zstdOptions(bytes.length, level);
    return bytes.length <= AT_ONCE_BYTES
        ? zlib.zstdCompressSync(bytes, options)
        : compressWhole(bytes, options);
}

/** With its size, zstd takes tables that fit: without, it clears some for megabytes, four times the work for 15 KB. */
function zstdOptions(size: number, level: number): zlib.ZstdOptions {
    return { pledgedSrcSize: size, params: { [zlib.constants.ZSTD_c_compressionLevel]: level } };
}

/**
 * Compresses a stream, on another thread. An error of its source is the one that is thrown.
 *
 * @param size bytes that will come, which the format says at its beginning
 */
export async function* compressStream(
    source: AsyncIterable<Buffer>,
    size: number,
    { compression, level }: Compression,
): AsyncGenerator<Buffer> {
    if (compression === "none") {
        yield* source;
        return;
    }
    const packer = zlib.createZstdCompress({ chunkSize: PIECE_BYTES, ...zstdOptions(size, level) });
    yield* through(source, packer);
}

/** Compresses a stream so that every browser and every version of Nix can read it. As {@link compressStream} else. */
export function gzipStream(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    return through(source, zlib.createGzip({ chunkSize: PIECE_BYTES }));
}

/** Undoes {@link compressStream}. @throws Error for what is not compressed so; what the source throws */
export async function* unpackStream(
    source: AsyncIterable<Buffer>,
    compression: Compression["compression"],
): AsyncGenerator<Buffer> {
    if (compression === "none") yield* source;
    else yield* through(source, zlib.createZstdDecompress({ chunkSize: PIECE_BYTES }));
}

async function* through(source: AsyncIterable<Buffer>, codec: Transform): AsyncGenerator<Buffer> {
    // Whoever reads from the codec hears no more than that it was ended.
    let broken: { readonly error: unknown } | undefined;
    const watched = async function* () {
        try {
            yield* source;
        } catch (error) {
            broken = { error };
            throw error;
        }
    };
    const fed = feed(watched(), codec).catch(() => codec.destroy());
    try {
        for await (const piece of codec as AsyncIterable<Buffer>) yield piece;
    } catch (error) {
        await fed;
        throw (broken as { readonly error: unknown } | undefined)?.error ?? error;
    } finally {
        codec.destroy();
        await fed;
    }
}

/** Gives a codec a piece after the other, each when the one before is used up: its memory may be used again then. */
async function feed(source: AsyncIterable<Buffer>, codec: Transform): Promise<void> {
    for await (const piece of source)
        await new Promise<void>((resolve, reject) => {
            // One that fails, or is ended, says nothing of the piece that it has.
            const ended = () => reject(new Error("it was ended"));
            codec.once("close", ended);
            codec.write(piece, (error) => {
                codec.off("close", ended);
                if (error) reject(error);
                else resolve();
            });
        });
    codec.end();
}
