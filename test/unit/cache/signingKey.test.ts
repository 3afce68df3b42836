import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import fc from "fast-check";
import {
    parseSecretKey,
    signDetached,
    signingKeyFromRandomText,
    signingKeyFromSeed,
    verifyDetached,
} from "../../../src/cache/signingKey.ts";

/** RFC 8032, section 7.1; the last two are of its tests whose message is a text. */
const RFC_8032 = [
    {
        title: "TEST 3",
        seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    },
    {
        title: "TEST SHA(abc)",
        seed: "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        publicKey: "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
    },
    {
        title: "TEST 1",
        seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        message: "",
        signature:
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    },
    {
        title: "TEST 2",
        seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        message: "r",
        signature:
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    },
] as const;

const base64 = (hex: string) => Buffer.from(hex, "hex").toString("base64");
const key = signingKeyFromSeed("cache-1", Buffer.from(RFC_8032[0].seed, "hex"));
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("signing keys", () => {
    for (const vector of RFC_8032) {
        it(`are those of RFC 8032, ${vector.title}, in Nix's format`, () => {
            const pair = signingKeyFromSeed("rfc-1", Buffer.from(vector.seed, "hex"));
            assert.deepEqual(pair, {
                name: "rfc-1",
                publicKey: `rfc-1:${base64(vector.publicKey)}`,
                secretKey: `rfc-1:${base64(vector.seed + vector.publicKey)}`,
            });
            if (!("signature" in vector)) return;
            const signature = `rfc-1:${base64(vector.signature)}`;
            assert.equal(signDetached(pair.secretKey, vector.message), signature);
            assert.equal(verifyDetached(pair.publicKey, vector.message, signature), true);
        });
    }

    it("of a random text are the same for good: this pair was computed with Node's own ed25519", () => {
        const text = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01";
        assert.deepEqual(signingKeyFromRandomText("s3.homelab.local-1", text), {
            name: "s3.homelab.local-1",
            publicKey: "s3.homelab.local-1:5vJG233C9ks/wliQT+mMTb77qCYt2NzpSAAKS3xRmTE=",
            secretKey:
                "s3.homelab.local-1:ni29OvLqXIG/RZWrjL+MF9aoC3Ez+D4OlMG2+AkTt6Dm8kbbfcL2Sz/CWJBP6YxNvvuoJi3Y3OlIAApLfFGZMQ==",
        });
    });

    it("of different texts differ, and the name has no part in them", () => {
        const [a, b] = ["a".repeat(43), `${"a".repeat(42)}b`];
        const bytes = (name: string, text: string) =>
            signingKeyFromRandomText(name, text).secretKey.slice(name.length + 1);
        assert.notEqual(bytes("x", a), bytes("x", b));
        assert.equal(bytes("x", a), bytes("another", a));
    });

    it("are not made of a text that is too short", () => {
        assert.throws(() => signingKeyFromRandomText("x", "a".repeat(42)), {
            message: "a signing key needs a random text of at least 43 characters, not 42",
        });
    });

    it("make signatures that Node's own ed25519 accepts", () => {
        fc.assert(
            fc.property(seeds, fc.string(), (seed, message) => {
                const pair = signingKeyFromSeed("k", seed);
                const der = Buffer.concat([
                    // SubjectPublicKeyInfo of ed25519 (RFC 8410) up to the key's bytes.
                    Buffer.from("302a300506032b6570032100", "hex"),
                    Buffer.from(pair.publicKey.slice(2), "base64"),
                ]);
                const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
                const signature = signDetached(pair.secretKey, message);
                assert.equal(verifyDetached(pair.publicKey, message, signature), true);
                const bytes = Buffer.from(signature.slice(2), "base64");
                assert.ok(verify(null, Buffer.from(message), publicKey, bytes));
            }),
            { numRuns: 25 },
        );
    });

    it("accept no signature of which a byte has changed, nor one of another text", () => {
        fc.assert(
            fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (at, change) => {
                const bytes = Buffer.from(
                    signDetached(key.secretKey, "text").slice("cache-1:".length),
                    "base64",
                );
                bytes[at] = (bytes[at] ?? 0) ^ change;
                const changed = `cache-1:${bytes.toString("base64")}`;
                assert.equal(verifyDetached(key.publicKey, "text", changed), false);
            }),
            { numRuns: 25 },
        );
        assert.equal(verifyDetached(key.publicKey, "texts", signDetached(key.secretKey, "text")), false);
    });

    for (const [title, change] of [
        ["under another name", (signature: string) => signature.replace("cache-1", "cache-2")],
        ["without a name", (signature: string) => signature.replace("cache-1:", "")],
        ["that is cut off", (signature: string) => signature.slice(0, -8)],
        ["that is empty", () => ""],
    ] as const) {
        it(`accept no signature ${title}`, () => {
            const signature = change(signDetached(key.secretKey, "text"));
            assert.equal(verifyDetached(key.publicKey, "text", signature), false);
        });
    }

    it("are read back from Nix's format, with a line end or without", () => {
        fc.assert(
            fc.property(seeds, fc.constantFrom("", "\n", "\r\n"), (seed, end) => {
                const pair = signingKeyFromSeed("s3.homelab.local-1", seed);
                assert.deepEqual(parseSecretKey(pair.secretKey + end), pair);
            }),
            { numRuns: 25 },
        );
    });

    const other = signingKeyFromSeed("cache-1", new Uint8Array(32).fill(1));
    const FORMAT = "a secret key in Nix's format is NAME:BASE64 with 64 bytes, as nix key writes it";
    for (const [title, text, message] of [
        ["nothing", "", FORMAT],
        ["a key without a name", key.secretKey.slice("cache-1".length), FORMAT],
        ["a public key", key.publicKey, FORMAT],
        ["a key that is cut off", key.secretKey.slice(0, -8), FORMAT],
        [
            "halves of two keys",
            `cache-1:${Buffer.concat([
                Buffer.from(key.secretKey.slice(8), "base64").subarray(0, 32),
                Buffer.from(other.secretKey.slice(8), "base64").subarray(32),
            ]).toString("base64")}`,
            "the two halves of the secret key do not belong together",
        ],
    ] as const) {
        it(`are not read from ${title}, and the message does not quote it`, () => {
            assert.throws(() => parseSecretKey(text), { message });
        });
    }

    for (const name of ["my cache", "a\nextra-substituters = evil", "a#b", "ä"]) {
        it(`are none under a name that is no word of nix.conf: ${JSON.stringify(name)}`, () => {
            const { secretKey } = signingKeyFromSeed(name, Buffer.alloc(32, 1));
            const message = "a key's name is of printable ASCII without white space and #";
            assert.throws(() => parseSecretKey(secretKey), { message });
        });
    }

    it("are not used where a public key is no public key", () => {
        assert.throws(() => verifyDetached("cache-1:AAAA", "text", "cache-1:AAAA"), {
            message: "a public key in Nix's format is NAME:BASE64 with 32 bytes, as nix key writes it",
        });
    });
});
