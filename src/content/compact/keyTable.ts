import { randomInt } from "node:crypto";
import { Column } from "./column.ts";

const START = 4096;

/**
 * Names with a number each, from 0, in the order in which they came: a map and
 * its way back, in about the bytes that the names themselves have. A `Map` of
 * texts needs three times as many, and a list beside it for the way back.
 */
export class KeyTable {
    private bytes = Buffer.alloc(START * 16);
    private readonly ends = new Column(Float64Array);
    /** Numbers from 1, by the names' hashes; 0: free. */
    private slots = new Int32Array(START);
    // Who writes into the bucket chooses the names, and must not know which ones meet.
    private readonly seed = randomInt(2 ** 31);
    private count = 0;

    get size(): number {
        return this.count;
    }

    /** The number of a name; undefined: it has none. */
    find(key: string): number | undefined {
        const name = Buffer.from(key);
        const number = this.slots[this.slotOf(name)] ?? 0;
        return number === 0 ? undefined : number - 1;
    }

    /** The number of a name, which gets one if it has none. */
    add(key: string): number {
        const name = Buffer.from(key);
        const slot = this.slotOf(name);
        const number = this.slots[slot] ?? 0;
        if (number !== 0) return number - 1;
        this.append(name);
        this.slots[slot] = this.count;
        if (this.count * 2 > this.slots.length) this.grow();
        return this.count - 1;
    }

    /** The name of a number that was given. */
    key(number: number): string {
        return this.name(number).toString();
    }

    private name(number: number): Buffer {
        return this.bytes.subarray(number === 0 ? 0 : this.ends.get(number - 1), this.ends.get(number));
    }

    private append(name: Buffer): void {
        const start = this.count === 0 ? 0 : this.ends.get(this.count - 1);
        const end = start + name.length;
        if (end > this.bytes.length) {
            const longer = Buffer.alloc(Math.max(end, this.bytes.length * 2));
            this.bytes.copy(longer, 0, 0, start);
            this.bytes = longer;
        }
        name.copy(this.bytes, start);
        this.ends.set(this.count, end);
        this.count += 1;
    }

    /** Where a name is, or where it would be: the first place from its hash that is its own or free. */
    private slotOf(name: Buffer): number {
        const mask = this.slots.length - 1;
        for (let slot = this.hash(name) & mask; ; slot = (slot + 1) & mask) {
            const number = this.slots[slot] ?? 0;
            if (number === 0 || this.name(number - 1).equals(name)) return slot;
        }
    }

    private grow(): void {
        this.slots = new Int32Array(this.slots.length * 2);
        for (let number = 0; number < this.count; number++)
            this.slots[this.slotOf(this.name(number))] = number + 1;
    }

    /** FNV-1a of 32 bits from a seed, its bits mixed as in MurmurHash3. */
    private hash(name: Buffer): number {
        let hash = this.seed ^ 0x811c9dc5;
        for (const byte of name) hash = Math.imul(hash ^ byte, 0x01000193);
        hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
        return (hash ^ (hash >>> 13)) >>> 0;
    }
}
