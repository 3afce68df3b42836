import { inWords } from "../s3/limits.ts";

/** Says every two seconds on standard error how far it is. */
export class Progress {
    private readonly start = Date.now();
    private last = this.start;
    private done = 0;
    private bytes = 0;
    /** Bytes of NARs that will be read, at most. Default: not known. */
    total: number | undefined;

    /** One more narinfo was looked at. */
    narinfo(): void {
        this.done += 1;
        this.say();
    }

    /** So many more bytes of NARs were read. */
    read(bytes: number): void {
        this.bytes += bytes;
        this.say();
    }

    /** Bytes of NARs that were read so far. */
    get bytesRead(): number {
        return this.bytes;
    }

    private say(): void {
        const now = Date.now();
        if (now - this.last < 2000) return;
        this.last = now;
        const seconds = (now - this.start) / 1000;
        const rate = `${Math.round(this.done / seconds)} a second`;
        const of = this.total === undefined ? "" : ` of ${inWords(this.total)}`;
        const nars =
            this.bytes === 0
                ? ""
                : `; ${inWords(this.bytes)}${of} of NARs read, ${inWords(this.bytes / seconds)} a second`;
        process.stderr.write(`${this.done} narinfos looked at, ${rate}${nars}\n`);
    }
}
