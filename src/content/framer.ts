import * as zlib from "node:zlib";

/** Bytes that are compressed into a frame, at most. */
export const FRAME_BYTES = 2 * 1024 * 1024;

/** Half a frame: a larger window takes more memory, for a hundredth of the bytes. */
const WINDOW_LOG = Math.log2(FRAME_BYTES / 2);

/** From here on zstd's tables are for files that are larger than a frame: 60 MiB for each codec, and 2 in a thousand of the bytes. */
const LARGE_TABLES = 10;
const TABLE_LOG = 20;

/** Bytes of the buffers that it compresses into: most frames fit one. */
const OUT_BYTES = FRAME_BYTES / 2;

/** What a frame begins with (RFC 8878, section 3.1.1), the least byte first. */
const MAGIC = 0xfd2fb528;

/** Makes one frame of zstd after the other, on another thread. Its tables are made once. */
export class Framer {
    private readonly codec: zlib.ZstdCompress;
    private pieces: Buffer[] = [];
    private fail: (error: Error) => void = () => undefined;

    /** @param level zstd's, 1 to 19 */
    constructor(level: number) {
        this.codec = zlib.createZstdCompress({ chunkSize: OUT_BYTES, params: params(level) });
        this.codec.on("data", (piece: Buffer) => this.pieces.push(piece));
        this.codec.on("error", (error: Error) => this.fail(error));
    }

    /**
     * Makes a frame. The one before must be done.
     *
     * @param bytes {@link FRAME_BYTES} at most; they must stay as they are until it is done
     * @returns it in pieces
     */
    frame(bytes: Buffer): Promise<readonly Buffer[]> {
        return new Promise((resolve, reject) => {
            this.fail = reject;
            this.codec.write(bytes);
            // All that came was handed on when the events of this turn are through.
            this.codec.flush(zlib.constants.ZSTD_e_end, () =>
                setImmediate(() => {
                    const { pieces } = this;
                    this.pieces = [];
                    if (begins(pieces)) resolve(pieces);
                    else reject(new Error("zstd made no whole frame"));
                }),
            );
        });
    }

    /** @throws Error where anything is left, which nobody has got */
    mustBeEmpty(): void {
        if (this.pieces.length > 0) throw new Error("zstd made more than its frames");
    }

    /** Gives its memory back. */
    end(): void {
        this.codec.destroy();
    }
}

function params(level: number): Record<number, number> {
    const { ZSTD_c_compressionLevel, ZSTD_c_windowLog, ZSTD_c_hashLog, ZSTD_c_chainLog } = zlib.constants;
    return {
        [ZSTD_c_compressionLevel]: level,
        [ZSTD_c_windowLog]: WINDOW_LOG,
        ...(level < LARGE_TABLES ? {} : { [ZSTD_c_hashLog]: TABLE_LOG, [ZSTD_c_chainLog]: TABLE_LOG }),
    };
}

/** Whether pieces are those of a frame; what was left of the one before would be first. */
function begins(pieces: readonly Buffer[]): boolean {
    const head = Buffer.concat(pieces.map((piece) => piece.subarray(0, 4)));
    return head.length >= 4 && head.readUInt32LE(0) === MAGIC;
}
