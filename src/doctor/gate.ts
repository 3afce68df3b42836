/** Lets so many through at the same time; the others wait for their turn. */
export class Gate {
    private free: number;
    private readonly waiting: (() => void)[] = [];

    constructor(width: number) {
        this.free = width;
    }

    async through<Result>(work: () => Promise<Result>): Promise<Result> {
        if (this.free > 0) this.free -= 1;
        else await new Promise<void>((resolve) => this.waiting.push(resolve));
        try {
            return await work();
        } finally {
            const next = this.waiting.shift();
            if (next === undefined) this.free += 1;
            else next();
        }
    }
}
