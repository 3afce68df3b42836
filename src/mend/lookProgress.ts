const EVERY_MS = 2000;

/** Says every two seconds on standard error how many narinfos were looked at. */
export class LookProgress {
    private readonly start = Date.now();
    private last = this.start;
    private done = 0;

    /** One more was. @param more what else there is to say, once it is said */
    look(more: () => string = () => ""): void {
        this.done++;
        const now = Date.now();
        if (now - this.last < EVERY_MS) return;
        this.last = now;
        const rate = Math.round((this.done * 1000) / (now - this.start));
        process.stderr.write(`${this.done} narinfos looked at, ${rate} a second${more()}\n`);
    }
}
