/** Milliseconds for which what is done is gathered before it is written down. */
const GATHER_MS = 200;

/**
 * Gathers what comes one by one and hands it on together, a few times a second:
 * writing each down durably takes as long as pushing it.
 */
export class Gathered<Item> {
    private readonly write: (items: readonly Item[]) => void;
    private items: Item[] = [];
    private last = performance.now();

    /** @param write takes what was gathered; never nothing */
    constructor(write: (items: readonly Item[]) => void) {
        this.write = write;
    }

    /** @throws what `write` throws */
    add(item: Item): void {
        this.items.push(item);
        if (performance.now() - this.last >= GATHER_MS) this.flush();
    }

    /** @throws what `write` throws */
    flush(): void {
        const { items } = this;
        this.items = [];
        this.last = performance.now();
        if (items.length > 0) this.write(items);
    }
}
