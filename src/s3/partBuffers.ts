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

/**
 * The memory that all uploads of this process share. An upload that needs a
 * part waits here until another one was sent; one that is sent needs no more,
 * so nobody waits for ever.
 */
class PartBuffers {
    private readonly idle: Buffer[] = [];
    private readonly waiting: ((buffer: Buffer) => void)[] = [];
    private made = 0;

    /** @param bytes at least; what is larger than {@link PART_BYTES} is no part of the pool */
    take(bytes = PART_BYTES): Promise<Buffer> {
        if (bytes > PART_BYTES) return Promise.resolve(Buffer.allocUnsafeSlow(bytes));
        const buffer = this.idle.pop();
        if (buffer !== undefined) return Promise.resolve(buffer);
        if (this.made < BUFFERS) {
            this.made++;
            return Promise.resolve(Buffer.allocUnsafeSlow(PART_BYTES));
        }
        return new Promise((resolve) => this.waiting.push(resolve));
    }

    give(buffer: Buffer): void {
        if (buffer.length !== PART_BYTES) return;
        const next = this.waiting.shift();
        if (next === undefined) this.idle.push(buffer);
        else next(buffer);
    }
}

export const partBuffers = new PartBuffers();
