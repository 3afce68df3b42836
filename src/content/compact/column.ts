type Numbers = Float64Array | Int32Array | Uint8Array;

/** A list of numbers that grows, in as few bytes as its kind needs: a million objects are a few megabytes. */
export class Column {
    private values: Numbers;
    private readonly kind: new (length: number) => Numbers;

    /** @param kind an array of numbers: `Float64Array` for bytes and times, `Int32Array` for places in other columns */
    constructor(kind: new (length: number) => Numbers) {
        this.kind = kind;
        this.values = new kind(1024);
    }

    /** The value at a place; 0 where none was set. */
    get(place: number): number {
        return this.values[place] ?? 0;
    }

    set(place: number, value: number): void {
        if (place >= this.values.length) {
            const longer = new this.kind(Math.max(place + 1, this.values.length * 2));
            longer.set(this.values);
            this.values = longer;
        }
        this.values[place] = value;
    }

    add(place: number, value: number): void {
        this.set(place, this.get(place) + value);
    }
}
