import * as zlib from "node:zlib";
import { PIECE_BYTES, Pieces } from "./codec.ts";
import { unzstd, zstd, zstdFrames } from "./zstd.ts";

/** How NARs are compressed. */
export interface Compression {
    readonly compression: "zstd" | "none";
    /** zstd's, 1 to 19. */
    readonly level: number;
}

/** Compresses what is in memory. */
export async function compressed(bytes: Buffer, { compression, level }: Compression): Promise<Buffer> {
    return compression === "none" ? bytes : zstd(bytes, level);
}

/** Compresses a stream, on other threads. @throws what its source throws */
export function compressStream(
    source: AsyncIterable<Buffer>,
    { compression, level }: Compression,
): AsyncIterable<Buffer> {
    return compression === "none" ? source : zstdFrames(source, level);
}

/** Compresses a stream so that every browser and every version of Nix can read it. As {@link compressStream} else. */
export async function* gzipStream(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const pieces = new Pieces(source);
    try {
        yield* pieces.through(zlib.createGzip({ chunkSize: PIECE_BYTES }));
    } finally {
        await pieces.end();
    }
}

/** Undoes {@link compressStream}. @throws Error for what is not compressed so; what the source throws */
export function unpackStream(
    source: AsyncIterable<Buffer>,
    compression: Compression["compression"],
): AsyncIterable<Buffer> {
    return compression === "none" ? source : unzstd(source);
}
