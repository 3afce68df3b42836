import assert from "node:assert/strict";
import { nixSha256 } from "../../../src/cache/nar.ts";
import {
    formatNarinfo,
    parseNarinfo,
    signNarinfo,
    verifyNarinfo,
    type NarInfo,
} from "../../../src/cache/narinfo.ts";
import { resigned } from "../../../src/cache/resigned.ts";
import { signingKeyFromSeed } from "../../../src/cache/signingKey.ts";

const [OLD, NEW, OTHER] = [1, 2, 3].map((n) => signingKeyFromSeed(`key-${n}`, Buffer.alloc(32, n))) as [
    ReturnType<typeof signingKeyFromSeed>,
    ReturnType<typeof signingKeyFromSeed>,
    ReturnType<typeof signingKeyFromSeed>,
];
const TRUSTED = [OLD.publicKey, NEW.publicKey];
const INFO: NarInfo = {
    storePath: `/nix/store/${"a".repeat(32)}-a`,
    url: "nar/x.nar.zst",
    compression: "zstd",
    narHash: nixSha256(Buffer.from("nar")),
    narSize: 3,
    references: [`${"b".repeat(32)}-b`],
    signatures: [],
};
const signed = (...keys: readonly (typeof OLD)[]) =>
    formatNarinfo(keys.map(({ secretKey }) => secretKey).reduce(signNarinfo, INFO));
const again = (text: string, keys = [NEW, OLD]) => resigned(text, parseNarinfo(text), TRUSTED, keys);

describe("a narinfo that is signed anew", () => {
    it("gets a signature by each key that has not signed, and keeps all else as it is", () => {
        const text = signed(OLD).replace("StorePath", "System: x86_64-linux\nStorePath");
        const after = again(text);
        assert.ok(typeof after === "object");
        assert.ok(after.text.startsWith(text));
        const info = parseNarinfo(after.text);
        for (const { publicKey } of [OLD, NEW]) assert.ok(verifyNarinfo(info, [publicKey]));
        assert.equal(info.signatures.length, 2);
        assert.equal(again(after.text), "signed");
    });

    it("needs a signature by a key that hosts accept", () => {
        const forged = signed(OLD).replace(/^Sig: key-1:.*$/m, `Sig: key-1:${"A".repeat(86)}==`);
        for (const text of [signed(), signed(OTHER), forged, signed(OLD).replace("NarSize: 3", "NarSize: 4")])
            assert.equal(again(text), "untrusted");
    });

    it("stays as it is where all have signed", () => {
        assert.equal(again(signed(OLD, NEW)), "signed");
        assert.equal(again(signed(NEW), [NEW]), "signed");
    });

    it("gets the one that it lacks where another of the same name is worth nothing", () => {
        const text = `${signed(OLD)}Sig: key-2:${"A".repeat(86)}==\n`;
        const after = again(text, [NEW]);
        assert.ok(typeof after === "object" && verifyNarinfo(parseNarinfo(after.text), [NEW.publicKey]));
    });

    it("is left where it is no UTF-8", () => {
        const bytes = Buffer.concat([Buffer.from(signed(OLD)), Buffer.from([0x58, 0x3a, 0x20, 0xff, 0x0a])]);
        assert.equal(again(bytes.toString("utf8")), "untrusted");
    });
});
