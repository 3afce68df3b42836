import type { Transform } from "node:stream";

/** Bytes of the pieces that come out of a codec. */
export const PIECE_BYTES = 256 * 1024;

/** One of Node's codecs, which counts what it has used. */
type Codec = Transform & { readonly bytesWritten: number };

/**
 * The pieces that codecs are fed with. What one leaves of a piece is there for
 * the next, and the error of where they come from is kept: whoever reads from a
 * codec hears no more than that it was ended.
 */
export class Pieces {
    private readonly source: AsyncIterator<Buffer, unknown>;
    private left: Buffer | undefined;
    private broken: { readonly error: unknown } | undefined;

    constructor(source: AsyncIterable<Buffer>) {
        this.source = source[Symbol.asyncIterator]();
    }

    /** Whether a codec has ended before its piece has. */
    get hasLeft(): boolean {
        return this.left !== undefined;
    }

    /** What comes out of a codec that these are fed to, until they or the codec end. @throws what the source throws */
    async *through(codec: Codec): AsyncGenerator<Buffer> {
        const fed = this.feed(codec).catch(() => codec.destroy());
        try {
            for await (const piece of codec as AsyncIterable<Buffer>) yield piece;
        } catch (error) {
            await fed;
            throw this.broken?.error ?? error;
        } finally {
            codec.destroy();
            await fed;
        }
    }

    /** Lets the source go. */
    async end(): Promise<void> {
        await this.source.return?.();
    }

    /** Gives a codec a piece after the other, each when the one before is used up: its memory may be used again then. */
    private async feed(codec: Codec): Promise<void> {
        for (let piece = await this.next(); piece !== undefined; piece = await this.next()) {
            const before = codec.bytesWritten;
            await given(codec, piece);
            const used = codec.bytesWritten - before;
            if (used < piece.length) {
                this.left = piece.subarray(used);
                break;
            }
        }
        codec.end();
    }

    private async next(): Promise<Buffer | undefined> {
        const { left } = this;
        this.left = undefined;
        if (left !== undefined) return left;
        try {
            const { done, value } = await this.source.next();
            return done === true ? undefined : value;
        } catch (error) {
            this.broken = { error };
            throw error;
        }
    }
}

function given(codec: Codec, piece: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
        // One that fails, or is ended, says nothing of the piece that it has.
        const ended = () => reject(new Error("it was ended"));
        codec.once("close", ended);
        codec.write(piece, (error) => {
            codec.off("close", ended);
            if (error) reject(error);
            else resolve();
        });
    });
}
