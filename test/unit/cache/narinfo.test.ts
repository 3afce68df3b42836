import assert from "node:assert/strict";
import {
    fingerprint,
    formatNarinfo,
    parseNarinfo,
    signNarinfo,
    verifyNarinfo,
    type NarInfo,
} from "../../../src/cache/narinfo.ts";
import { signingKeyFromSeed } from "../../../src/cache/signingKey.ts";

const NIXOS_KEY = "cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=";
/** As cache.nixos.org serves it: its own signature shows that it is copied right. */
const CURL = `StorePath: /nix/store/syd87l2rxw8cbsxmxl853h0r6pdwhwjr-curl-7.82.0-bin
URL: nar/05ra3y72i3qjri7xskf9qj8kb29r6naqy1sqpbs3azi3xcigmj56.nar.xz
Compression: xz
FileHash: sha256:05ra3y72i3qjri7xskf9qj8kb29r6naqy1sqpbs3azi3xcigmj56
FileSize: 68852
NarHash: sha256:1b4sb93wp679q4zx9k1ignby1yna3z7c4c2ri3wphylbc2dwsys0
NarSize: 196040
References: 0jqd0rlxzra1rs38rdxl43yh6rxchgc6-curl-7.82.0 6w8g7njm4mck5dmjxws0z1xnrxvl81xa-glibc-2.34-115 j5jxw3iy7bbz4a57fh9g2xm2gxmyal8h-zlib-1.2.12 yxvjs9drzsphm9pcf42a4byzj1kb9m7k-openssl-1.1.1n
Deriver: 5rwxzi7pal3qhpsyfc16gzkh939q1np6-curl-7.82.0.drv
Sig: cache.nixos.org-1:TsTTb3WGTZKphvYdBHXwo6weVILmTytUjLB+vcX89fOjjRicCHmKA4RCPMVLkj6TMJ4GMX3HPVWRdD1hkeKZBQ==
`;
const curl = parseNarinfo(CURL);
const key = signingKeyFromSeed("test-1", new Uint8Array(32).fill(7));

describe("a narinfo", () => {
    it("of cache.nixos.org is read, and written the same", () => {
        assert.equal(curl.storePath, "/nix/store/syd87l2rxw8cbsxmxl853h0r6pdwhwjr-curl-7.82.0-bin");
        assert.equal(curl.compression, "xz");
        assert.equal(curl.fileSize, 68_852);
        assert.equal(curl.narSize, 196_040);
        assert.equal(curl.references.length, 4);
        assert.equal(curl.deriver, "5rwxzi7pal3qhpsyfc16gzkh939q1np6-curl-7.82.0.drv");
        assert.equal(formatNarinfo(curl), CURL);
    });

    it("of cache.nixos.org has a good signature", () => {
        assert.equal(verifyNarinfo(curl, [key.publicKey, NIXOS_KEY]), true);
        assert.equal(verifyNarinfo(curl, [key.publicKey]), false);
        assert.equal(verifyNarinfo(curl, []), false);
    });

    for (const changed of [
        { narSize: 196_041 },
        { narHash: curl.narHash.replace("1b4s", "1b4r") },
        { storePath: curl.storePath.replace("syd8", "syd9") },
        { references: curl.references.slice(1) },
        { signatures: curl.signatures.map((signature) => signature.replace("nixos.org-1", "nixos.org-2")) },
    ] satisfies Partial<NarInfo>[]) {
        it(`has no good signature once its ${Object.keys(changed).join()} is another`, () => {
            assert.equal(verifyNarinfo({ ...curl, ...changed }, [NIXOS_KEY]), false);
        });
    }

    it("keeps its signature where the file is compressed anew", () => {
        const renewed = { ...curl, url: "nar/x.nar.zst", compression: "zstd", fileHash: "sha256:x" };
        assert.equal(verifyNarinfo(renewed, [NIXOS_KEY]), true);
    });

    it("is signed over a line of its own, whatever the order of references and the spelling of the hash", () => {
        const expected =
            "1;/nix/store/syd87l2rxw8cbsxmxl853h0r6pdwhwjr-curl-7.82.0-bin;" +
            "sha256:1b4sb93wp679q4zx9k1ignby1yna3z7c4c2ri3wphylbc2dwsys0;196040;" +
            curl.references.map((name) => `/nix/store/${name}`).join(",");
        assert.equal(fingerprint(curl), expected);
        assert.equal(fingerprint({ ...curl, references: [...curl.references].reverse() }), expected);
        // By nix-hash --to-base16 and nix hash to-sri.
        for (const narHash of [
            "sha256:407bcd9b608b7a78f9885930c2ce1fcafae0977d31ccd43fc1e998cb475a9aac",
            "sha256-QHvNm2CLenj5iFkwws4fyvrgl30xzNQ/wemYy0damqw=",
        ]) {
            assert.equal(fingerprint({ ...curl, narHash }), expected);
        }
    });

    it("gets a signature that verifies, and the same one only once", () => {
        const signed = signNarinfo(signNarinfo(curl, key.secretKey), key.secretKey);
        assert.equal(signed.signatures.length, 2);
        assert.equal(
            verifyNarinfo({ ...signed, signatures: signed.signatures.slice(1) }, [key.publicKey]),
            true,
        );
    });

    it("needs little", () => {
        const least = `StorePath: ${curl.storePath}\nURL: nar/x\nNarHash: ${curl.narHash}\nNarSize: 1\nReferences: \nNew: field\n`;
        assert.deepEqual(parseNarinfo(least), {
            storePath: curl.storePath,
            url: "nar/x",
            compression: "bzip2",
            narHash: curl.narHash,
            narSize: 1,
            references: [],
            signatures: [],
        });
    });

    for (const [text, message] of [
        [CURL.replace(/^StorePath.*\n/m, ""), "this narinfo has no StorePath"],
        [CURL.replace(/^URL.*\n/m, ""), "this narinfo has no URL"],
        [CURL.replace(/^NarHash.*\n/m, ""), "this narinfo has no NarHash"],
        [CURL.replace(/^NarSize.*\n/m, ""), "this narinfo has no NarSize"],
        [CURL.replace("/nix/store/", "/gnu/store/"), /^this narinfo is of another store: "\/gnu\/store\//],
        [CURL.replace("NarSize: 1", "NarSize: -"), 'this narinfo\'s NarSize is no number of bytes: "-96040"'],
        [
            CURL.replace("FileSize: 6", "FileSize: x"),
            'this narinfo\'s FileSize is no number of bytes: "x8852"',
        ],
        // What Nix refuses, too (nar-info.cc).
        [CURL.slice(0, -1), "this narinfo ends within a line"],
        [CURL.replace(/\n/g, "\r\n"), /^this narinfo has a line that is none of its own/],
        [CURL.replace(/^References: .*$/m, "References:"), /a line that is none of its own: "References:"$/],
        [CURL.replace("Deriver: ", "\nDeriver: "), 'this narinfo has a line that is none of its own: ""'],
        [`${CURL}<html>\n`, 'this narinfo has a line that is none of its own: "<html>"'],
        [`${CURL}References: x\n`, "this narinfo has References twice"],
        [CURL.replace("NarSize: 196040", "NarSize: 0"), 'this narinfo\'s NarSize is no number of bytes: "0"'],
        [CURL.replace("/nix/store/syd87", "/nix/store/../87"), /^this narinfo's StorePath is no store path/],
        [CURL.replace("j5jxw3iy", "e5jxw3iy"), /^this narinfo's References is no store path: "e5jxw3iy/],
        [CURL.replace("NarHash: sha256:1b4", "NarHash: sha256:eb4"), /^this narinfo's NarHash is no SHA-256/],
        [CURL.replace("FileHash: sha256", "FileHash: sha3"), /^this narinfo's FileHash is no hash: "sha3:/],
    ] as const) {
        it(`is refused: ${String(message)}`, () => {
            assert.throws(() => parseNarinfo(text), { message });
        });
    }

    it("is not signed over a hash that is no SHA-256", () => {
        assert.throws(() => fingerprint({ ...curl, narHash: "md5:0" }), {
            message: 'this narinfo\'s NarHash is no SHA-256: "md5:0"',
        });
    });
});
