import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { decodeNixBase32, encodeNixBase32, NIX_BASE32_ALPHABET } from "../../../src/cache/nixBase32.ts";

/** Text, its hash's algorithm, that hash as `nix-hash --to-base32` (Nix 2.8.0) writes it. */
const VECTORS = [
    ["", "sha256", "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"],
    ["a", "sha256", "1fs8xspqaxw0p5r4wz0lz3pqd9sdvhirmcriqbxcmg8vr89835ya"],
    ["hello", "sha256", "094qif9n4cq4fdg459qzbhg1c6wywawwaaivx0k0x8xhbyx4vwic"],
    ["The quick brown fox", "sha256", "1adx92831jby4d8x2cp64djxac4v5i3y6jwvz7qx7hzd1yc4zb2w"],
    ["", "sha1", "143xibwh31h9bvxzalr0sjvbbvpa6ffs"],
    ["hello", "sha1", "9m1skbnr5i43n3yypvda5s65vhfwdx5a"],
] as const;

describe("Nix base-32", () => {
    it("has 32 characters, of which e, o, t and u are none", () => {
        assert.equal(new Set(NIX_BASE32_ALPHABET).size, 32);
        assert.doesNotMatch(NIX_BASE32_ALPHABET, /[eotu]/);
    });

    for (const [text, algorithm, encoded] of VECTORS) {
        it(`writes ${algorithm} of "${text}" as nix-hash does, and reads it back`, () => {
            const hash = createHash(algorithm).update(text).digest();
            assert.equal(encodeNixBase32(hash), encoded);
            assert.deepEqual(decodeNixBase32(encoded), hash);
        });
    }

    it("writes the smallest and the largest 20 bytes", () => {
        assert.equal(encodeNixBase32(Buffer.alloc(20)), "0".repeat(32));
        assert.equal(encodeNixBase32(Buffer.alloc(20, 255)), "z".repeat(32));
        assert.equal(encodeNixBase32(Buffer.alloc(0)), "");
    });

    it("reads back whatever it wrote", () => {
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
                assert.deepEqual(decodeNixBase32(encodeNixBase32(bytes)), Buffer.from(bytes));
            }),
        );
    });

    for (const [text, message] of [
        ["e".repeat(32), `"${"e".repeat(32)}" is not Nix base-32: "e" is not in its alphabet`],
        ["Z0", '"Z0" is not Nix base-32: "Z" is not in its alphabet'],
        ["0", '"0" is not Nix base-32: no number of bytes takes that many characters (1)'],
        ["000", '"000" is not Nix base-32: no number of bytes takes that many characters (3)'],
        ["zz", '"zz" is not Nix base-32: bits are set past its last byte'],
    ] as const) {
        it(`refuses ${text}`, () => {
            assert.throws(() => decodeNixBase32(text), { message });
        });
    }
});
