import assert from "node:assert/strict";
import fc from "fast-check";
import { NarSample, SizeClasses } from "../../../src/doctor/narSample.ts";

const sizes = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { maxLength: 200 });
const classesOf = (all: readonly number[]): SizeClasses => {
    const classes = new SizeClasses();
    all.forEach((size) => classes.add(size));
    return classes;
};

describe("a sample of NARs by size", () => {
    it("never has more bytes than it may, whatever chance does", () => {
        fc.assert(
            fc.property(
                sizes,
                fc.integer({ min: 1, max: 2 ** 41 }),
                fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
                (all, bytes, random) => {
                    const sample = new NarSample(classesOf(all), bytes);
                    const taken = all.filter((size) => sample.takes(size, random.next().value as number));
                    assert.ok(taken.reduce((sum, size) => sum + size, 0) <= bytes);
                },
            ),
        );
    });

    it("is all where all fits", () => {
        fc.assert(
            fc.property(sizes, (all) => {
                const classes = classesOf(all);
                const sample = new NarSample(classes, classes.bytes);
                assert.ok(all.every((size) => sample.takes(size, 0.999)));
            }),
        );
    });

    it("has as many bytes of small as of large ones, and more of these where the small ones need less", () => {
        const all = [...Array<number>(1000).fill(1000), ...Array<number>(1000).fill(1_000_000)];
        const chances = classesOf(all).chances(10_000_000);
        assert.equal(chances(1000), 1);
        assert.equal(chances(1_000_000), 9_000_000 / 1_000_000_000);
        const few = classesOf(all).chances(1_000_000);
        assert.equal(few(1000), 0.5);
        assert.equal(few(1_000_000), 0.0005);
    });
});
