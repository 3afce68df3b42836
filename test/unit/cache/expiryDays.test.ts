import assert from "node:assert/strict";
import fc from "fast-check";
import { crossesDay, daysOf, expiresAt, untilOf } from "../../../src/cache/expiryDates.ts";

const DAY = 86_400_000;
const times = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });

describe("the day on which an object goes", () => {
    it("says how many days its rule has, at any time of the day", () => {
        fc.assert(
            fc.property(times, fc.integer({ min: 1, max: 1000 }), (time, days) => {
                const modified = new Date(time);
                const until = expiresAt(modified, days).getTime();
                assert.equal(daysOf(modified, until), days);
                assert.equal(untilOf(modified, days), until);
            }),
        );
    });

    it("is none where nothing expires", () => {
        assert.equal(daysOf(new Date(), Infinity), Infinity);
        assert.equal(untilOf(new Date(), Infinity), Infinity);
    });

    it("may be another one for what is written on both sides of midnight, by a clock that may differ", () => {
        const midnight = Date.UTC(2026, 10, 25);
        const minute = 60_000;
        assert.equal(crossesDay(midnight - 60 * minute, midnight - 20 * minute), false);
        assert.equal(crossesDay(midnight - 60 * minute, midnight - 10 * minute), true);
        assert.equal(crossesDay(midnight - minute, midnight + minute), true);
        assert.equal(crossesDay(midnight + 10 * minute, midnight + 20 * minute), true);
        assert.equal(crossesDay(midnight + 20 * minute, midnight + 30 * minute), false);
        assert.equal(crossesDay(midnight, midnight + DAY), true);
    });
});
