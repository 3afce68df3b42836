/** NARs by size: one class for each power of two of bytes. */
export class SizeClasses {
    private readonly sums = new Map<number, number>();

    add(size: number): void {
        const at = classOf(size);
        this.sums.set(at, (this.sums.get(at) ?? 0) + size);
    }

    /** Of all that were added. */
    get bytes(): number {
        return [...this.sums.values()].reduce((sum, one) => sum + one, 0);
    }

    /**
     * The chance with which a NAR of a size is read, so that about so many bytes
     * are read in all. Each class gets the same share of them: what the small
     * ones do not need is left to the larger ones, so a few bytes are not all
     * spent on one large NAR, nor are large ones never looked at.
     */
    chances(bytes: number): (size: number) => number {
        const chances = new Map<number, number>();
        let left = bytes;
        const bySum = [...this.sums].filter(([, sum]) => sum > 0).sort(([, a], [, b]) => a - b);
        bySum.forEach(([at, sum], index) => {
            const share = Math.min(sum, left / (bySum.length - index));
            chances.set(at, share / sum);
            left -= share;
        });
        return (size) => chances.get(classOf(size)) ?? 1;
    }
}

function classOf(size: number): number {
    return Math.floor(Math.log2(Math.max(size, 1)));
}

/** Chooses NARs by chance, and never more bytes than allowed. */
export class NarSample {
    private left: number;
    private readonly chance: (size: number) => number;

    constructor(classes: SizeClasses, bytes: number) {
        this.left = bytes;
        this.chance = classes.chances(bytes);
    }

    /** @param random from 0 up to 1; default: by chance */
    takes(size: number, random: number = Math.random()): boolean {
        if (size > this.left || random >= this.chance(size)) return false;
        this.left -= size;
        return true;
    }
}
