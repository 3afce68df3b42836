/**
 * Memory that much of this process shares. Who needs a buffer waits here until
 * another one is given back; so who holds one must be able to give it back
 * without another.
 */
export class BufferPool {
    private readonly bytes: number;
    private readonly most: number;
    private readonly idle: Buffer[] = [];
    private readonly waiting: ((buffer: Buffer) => void)[] = [];
    private made = 0;

    /**
     * @param bytes of each buffer
     * @param most buffers at the same time; they are made when they are needed, and kept
     */
    constructor(bytes: number, most: number) {
        this.bytes = bytes;
        this.most = most;
    }

    /** A buffer, whatever is in it. */
    take(): Promise<Buffer> {
        const buffer = this.idle.pop();
        if (buffer !== undefined) return Promise.resolve(buffer);
        if (this.made < this.most) {
            this.made++;
            return Promise.resolve(Buffer.allocUnsafeSlow(this.bytes));
        }
        return new Promise((resolve) => this.waiting.push(resolve));
    }

    /** Gives a buffer back. */
    give(buffer: Buffer): void {
        const next = this.waiting.shift();
        if (next === undefined) this.idle.push(buffer);
        else next(buffer);
    }
}
