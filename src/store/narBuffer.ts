import { padded } from "./narText.ts";

const NONE = Buffer.alloc(0);

/**
 * What is written of a NAR and was not taken yet. Files are read straight into
 * it, so their bytes are copied no more than once.
 */
export class NarBuffer {
    /** Made when it is written into: whoever took the last piece needs no other. */
    private buffer = NONE;
    private used = 0;
    private readonly size: number;
    private readonly reuse: boolean;
    /** What was taken last, and what was taken before that and is free. */
    private out = NONE;
    private free = NONE;
    /** Bytes written so far, those that were taken before too. */
    offset = 0;

    /**
     * @param size bytes that are written before any are taken
     * @param reuse whether what was taken is done with when more is taken: its memory is written again then
     */
    constructor(size: number, reuse: boolean) {
        this.size = size;
        this.reuse = reuse;
    }

    /** Whether there is as much as is taken at a time. */
    get isFull(): boolean {
        return this.used >= this.size;
    }

    /** Room for so many bytes and their padding, at the end of what was written. Count them with {@link wrote}. */
    room(bytes: number): Buffer {
        const needed = this.used + bytes;
        if (this.used === 0 && this.free.length >= Math.max(needed, this.buffer.length + 1)) {
            this.buffer = this.free;
            this.free = NONE;
        }
        if (needed > this.buffer.length) {
            const larger = Buffer.allocUnsafeSlow(
                Math.max(needed, this.buffer.length === 0 ? this.size : this.size * 2),
            );
            this.buffer.copy(larger, 0, 0, this.used);
            this.buffer = larger;
        }
        return this.buffer.subarray(this.used, needed);
    }

    wrote(bytes: number): void {
        this.used += bytes;
        this.offset += bytes;
    }

    /** Counts bytes that are not written. */
    skip(bytes: number): void {
        this.offset += bytes;
    }

    /** Bytes as they are: tokens. */
    add(bytes: Buffer): void {
        bytes.copy(this.room(bytes.length));
        this.wrote(bytes.length);
    }

    /** The 8 bytes of a length. */
    addLength(bytes: number): void {
        const room = this.room(8);
        room.writeUInt32LE(bytes % 2 ** 32, 0);
        room.writeUInt32LE(Math.floor(bytes / 2 ** 32), 4);
        this.wrote(8);
    }

    /** Zeros after so many bytes. */
    addPadding(bytes: number): void {
        const zeros = padded(bytes) - bytes;
        this.room(zeros).fill(0);
        this.wrote(zeros);
    }

    /** A name or a target: length, bytes, padding. */
    addText(bytes: Buffer): void {
        this.addLength(bytes.length);
        this.add(bytes);
        this.addPadding(bytes.length);
    }

    /** Takes all that is there; undefined where there is nothing. */
    take(): Buffer | undefined {
        if (this.used === 0) return undefined;
        const taken = this.buffer.subarray(0, this.used);
        if (this.reuse) {
            this.free = this.out;
            this.out = this.buffer;
        }
        this.buffer = NONE;
        this.used = 0;
        return taken;
    }
}
