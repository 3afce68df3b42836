/** The largest of many, of which no more are kept than are shown. */
export class Top<Item> {
    private readonly items: { readonly item: Item; readonly size: number }[] = [];
    private readonly most: number;

    constructor(most: number) {
        this.most = most;
    }

    add(item: Item, size: number): void {
        if (this.items.length >= this.most && size <= (this.items.at(-1)?.size ?? 0)) return;
        const place = this.items.findIndex((other) => other.size < size);
        this.items.splice(place < 0 ? this.items.length : place, 0, { item, size });
        if (this.items.length > this.most) this.items.pop();
    }

    /** The largest first. */
    get all(): readonly { readonly item: Item; readonly size: number }[] {
        return this.items;
    }
}

/** How many there are, with the first few. */
export class Some {
    count = 0;
    readonly examples: string[] = [];
    private readonly most: number;

    constructor(most: number) {
        this.most = most;
    }

    add(example: string): void {
        this.count += 1;
        if (this.examples.length < this.most) this.examples.push(example);
    }

    get told(): { readonly count: number; readonly examples: readonly string[] } {
        return { count: this.count, examples: this.examples };
    }
}
