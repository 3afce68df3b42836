import assert from "node:assert/strict";
import { expiresAt, expiryDays } from "../../../src/cache/expiryDates.ts";
import { expiryClass, expiryRules } from "../../../src/cache/expiryRules.ts";
import { kindOf } from "../../../src/cache/objectKind.ts";
import { AgeTally, dayOf } from "../../../src/content/ageTally.ts";
import { sizeState, sizeWords } from "../../../src/content/sizeFit.ts";

const NOW = new Date("2026-11-24T15:00:00Z");
const TODAY = dayOf(NOW);
const HASH = "0123456789abcdfghijklmnpqrsvwxyz";
const at = (age: number) => new Date(NOW.getTime() - age * 86_400_000);

describe("what expires when, by names and ages", () => {
    it("is met by the rules that meet it", () => {
        const rules = expiryRules(30, 7);
        for (const key of [
            `${HASH}.narinfo`,
            `n${HASH.slice(1)}.ls`,
            "nar/x.nar",
            "nar",
            "nar-x",
            "narx",
            "nix-cache-info",
            "nix-cache-infx",
            "usage.html",
            "_pins/a.json",
            "log/x.drv",
            "doctor-probe",
            "",
        ]) {
            const days = { paths: 30, nars: 37, never: undefined }[expiryClass(key)];
            assert.equal(days, expiryDays(rules, key), key);
        }
    });

    it("is kept as MinIO would keep it", () => {
        for (let age = 0; age < 12; age++) {
            const tally = new AgeTally();
            tally.add({ key: `${HASH}.narinfo`, size: 1, modified: at(age) });
            tally.add({ key: "nar/a.nar", size: 10, modified: at(age) });
            tally.add({ key: "_pins/a", size: 100, modified: at(age) });
            const bytes =
                100 + (expiresAt(at(age), 5) > NOW ? 1 : 0) + (expiresAt(at(age), 5 + 2) > NOW ? 10 : 0);
            assert.equal(tally.keptBy(5, 2, TODAY).bytes, bytes, String(age));
            assert.equal(tally.keptBy(0, 2, TODAY).objects, 3);
        }
    });

    it("is told apart by names", () => {
        const kinds = [
            [`${HASH}.narinfo`, "narinfo"],
            [`${HASH}.ls`, "listing"],
            ["nar/x", "nar"],
            ["log/x", "log"],
            ["build-trace-v2/x", "realisation"],
            ["_pins/hosts/a.json", "pin"],
            ["nix-cache-info", "own"],
            ["toString/x", "other"],
            ["x.narinfo", "other"],
        ] as const;
        for (const [key, kind] of kinds) assert.equal(kindOf(key), kind, key);
    });
});

describe("a cache that has a size", () => {
    const daily = (days: number, bytes: number) => {
        const tally = new AgeTally();
        for (let age = 0; age < days; age++) tally.add({ key: "nar/a", size: bytes, modified: at(age) });
        return tally;
    };
    const expiry = { expireDays: 30, narGraceDays: 0 };

    it("is warned of from nine tenths on, with the days that fit", () => {
        const tally = daily(31, 10);
        assert.equal(sizeState(tally, expiry, 400, NOW).level, "ok");
        const near = sizeState(tally, expiry, 320, NOW);
        // Days 0 to 27 have 280 of 288 bytes.
        assert.deepEqual([near.level, near.fits], ["near", 27]);
        assert.deepEqual(sizeWords(near, expiry, String), {
            seen: "310, 96 % of maxSize (320)",
            advice: "expireDays: 27 would fit",
        });
        assert.equal(sizeState(tally, expiry, 310, NOW).level, "over");
        assert.equal(sizeState(tally, expiry, 5, NOW).fits, null);
    });

    it("that still grows is counted with what is to come", () => {
        const young = sizeState(daily(10, 10), expiry, 200, NOW);
        assert.deepEqual([young.level, young.fits, young.fullInDays], ["ok", 16, 10]);
        assert.equal(sizeState(daily(10, 10), expiry, 1000, NOW).fullInDays, null);
        assert.equal(sizeState(new AgeTally(), expiry, 1000, NOW).fits, 3650);
    });
});
