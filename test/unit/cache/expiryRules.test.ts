import assert from "node:assert/strict";
import fc from "fast-check";
import { expiryRules, hashPrefixes } from "../../../src/cache/expiryRules.ts";
import { NIX_BASE32_ALPHABET } from "../../../src/cache/nixBase32.ts";

/** All the rules that MinIO applies to a name. */
const matching = (name: string) => expiryRules(30, 7).filter(({ prefix }) => name.startsWith(prefix));

const digit = fc.constantFrom(...Array.from(NIX_BASE32_ALPHABET));
/** Hashes, those that begin as `nix-cache-info` or `nar/` do as often as others. */
const hash = fc
    .tuple(fc.constantFrom("", "n", "na", "nar", "ni", "nix", "nix-"), fc.array(digit, { minLength: 32 }))
    .map(([start, rest]) => (start.replace(/-$/, "") + rest.join("")).slice(0, 32));

describe("expiry", () => {
    it("has 187 prefixes for hashes", () => {
        assert.equal(hashPrefixes().length, 187);
        assert.equal(new Set(hashPrefixes()).size, 187);
    });

    it("has those and one rule for nar/, whose ids differ", () => {
        const rules = expiryRules(30, 7);
        assert.equal(rules.length, 188);
        assert.equal(new Set(rules.map(({ id }) => id)).size, 188);
        assert.deepEqual(rules[0], { id: "nar", prefix: "nar/", days: 37 });
        assert.deepEqual(
            new Set(rules.slice(1).map(({ id, prefix, days }) => `${id} ${prefix} ${days}`)),
            new Set(hashPrefixes().map((prefix) => `hash-${prefix} ${prefix} 30`)),
        );
    });

    it("has no rule at all for 0 days, whatever the grace", () => {
        assert.deepEqual(expiryRules(0, 0), []);
        assert.deepEqual(expiryRules(0, 7), []);
    });

    it("gives NARs the same day when there is no grace", () => {
        assert.deepEqual(new Set(expiryRules(1, 0).map(({ days }) => days)), new Set([1]));
    });

    it("matches every possible narinfo and file listing with exactly one rule of expireDays", () => {
        fc.assert(
            fc.property(hash, fc.constantFrom(".narinfo", ".ls"), (name, extension) => {
                const rules = matching(name + extension);
                assert.equal(rules.length, 1, `${name}${extension}`);
                assert.equal(rules[0]?.days, 30);
            }),
            { numRuns: 2_000 },
        );
    });

    it("matches every beginning of a hash: no letter of the alphabet is left out at any place", () => {
        const tail = "0".repeat(32);
        const letters = Array.from(NIX_BASE32_ALPHABET);
        const starts = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
        for (const start of starts) {
            assert.equal(matching(`${start}${tail}`.slice(0, 32)).length, 1, start);
        }
    });

    it("matches every NAR with the rule for nar/ alone", () => {
        fc.assert(
            fc.property(fc.string(), (rest) => {
                assert.deepEqual(
                    matching(`nar/${rest}`).map(({ id }) => id),
                    ["nar"],
                );
            }),
        );
    });

    for (const name of ["nix-cache-info", "usage.html", "e", "o", "t", "u"]) {
        it(`matches ${name} with none`, () => assert.deepEqual(matching(name), []));
    }

    it("expires what newer versions of Nix write beside the narinfos", () => {
        for (const name of ["log/x.drv", "debuginfo/x", "realisations/x.doi", "build-trace-v2/x.doi"]) {
            assert.deepEqual(
                matching(name).map(({ days }) => days),
                [30],
                name,
            );
        }
    });
});
