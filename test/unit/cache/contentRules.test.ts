import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { isContentAddressed } from "../../../src/cache/contentAddress.ts";
import { nixSha256, textStorePath } from "../../../src/cache/nar.ts";
import type { NarInfo } from "../../../src/cache/narinfo.ts";
import { isKnownCompression, isOwnNarUrl, isPlainNarUrl } from "../../../src/cache/narUrl.ts";
import { canonicalSha256 } from "../../../src/cache/sha256.ts";

const HASH = "05ra3y72i3qjri7xskf9qj8kb29r6naqy1sqpbs3azi3xcigmj56";
const OTHER = "1b4sb93wp679q4zx9k1ignby1yna3z7c4c2ri3wphylbc2dwsys0";
const info = (change: Partial<NarInfo>): NarInfo => ({
    storePath: "/nix/store/8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm-a.txt",
    url: `nar/${HASH}.nar.xz`,
    compression: "xz",
    fileHash: `sha256:${HASH}`,
    narHash: `sha256:${OTHER}`,
    narSize: 1,
    references: [],
    signatures: [],
    ...change,
});

describe("a NAR's compression", () => {
    for (const name of ["none", "xz", "bzip2", "zstd", "lzip", "lz4", "br", "gzip"])
        it(`is known to every Nix: ${name}`, () => assert.ok(isKnownCompression(name)));
    for (const name of ["foo", "", "toString", "zst"])
        it(`is not: ${JSON.stringify(name)}`, () => assert.ok(!isKnownCompression(name)));
});

describe("a NAR's URL", () => {
    for (const url of [
        "../../x",
        "nar/../x",
        "nar/",
        "nar/.x",
        "nar/a/b",
        "/nar/x",
        "http://h/nar/x",
        "nar/x?y",
        "nar/x y",
        "NAR/x",
        "nar/%2e",
        "x.nar",
        `nar/${"x".repeat(250)}`,
    ])
        it(`is not of this cache: ${url.slice(0, 40)}`, () => {
            assert.equal(isPlainNarUrl(url), false);
            assert.equal(isOwnNarUrl(info({ url })), false);
        });

    for (const [what, change, own] of [
        ["named after its file", {}, true],
        ["named after its NAR", { url: `nar/${OTHER}.nar.zst`, compression: "zstd" }, true],
        ["of a compression that Nix gives no ending", { url: `nar/${HASH}.nar`, compression: "gzip" }, true],
        ["of one to come", { url: `nar/${HASH}.nar.new`, compression: "new" }, true],
        ["named after neither", { url: `nar/${"0".repeat(52)}.nar.xz` }, false],
        ["of another compression", { compression: "none" }, false],
        ["of a compression that is none", { compression: "pied-piper" }, false],
    ] as const)
        it(`is ${own ? "" : "not "}as a push makes it: ${what}`, () => {
            assert.ok(isPlainNarUrl(info(change).url));
            assert.equal(isOwnNarUrl(info(change)), own);
        });
});

describe("a SHA-256", () => {
    it("is the same in each spelling that Nix reads", () => {
        const digest = createHash("sha256").update("hello\n").digest();
        const expected = nixSha256("hello\n");
        for (const text of [
            expected,
            `sha256:${digest.toString("hex")}`,
            `sha256:${digest.toString("base64")}`,
            `sha256-${digest.toString("base64")}`,
        ])
            assert.equal(canonicalSha256(text), expected);
    });

    for (const text of [
        "",
        "sha256:",
        "md5:0",
        `sha256:${"z".repeat(52)}`,
        `sha256:${"e".repeat(52)}`,
        `sha512:${HASH}`,
        `sha256:${HASH}0`,
    ])
        it(`is not ${text}`, () => assert.equal(canonicalSha256(text), undefined));
});

describe("a content address", () => {
    for (const [path, ca] of [
        // As Nix 2.8 gave them: nix-store --add, and --add-fixed.
        [
            "z3n6ml62lc6l9glpaz6fq7fvi2rks9vq",
            "fixed:r:sha256:04zwf782yjwnh3q6hz5izfd6jyip8kgw6g6yj43fiqhbyhdd0dqw",
        ],
        [
            "fdwm55r4skpypx1gwzb7x69ckav1rv09",
            "fixed:sha256:00xyyr3fi8l6hb839bv3f7yb86yjv7xi1cgh1xnhipym4asvb4aq",
        ],
        ["ql4vf9nr3hjsc5rjwh6bsycgb65khwb4", "fixed:md5:4425hx5d1mc9y39llj4k4nm55i"],
        ["107h5jidk1hy5x18h1z88plfyxl2hhsq", "fixed:r:sha1:wz60bbf44cw7nswp1wv8vcsyfg155sqd"],
    ] as const)
        it(`is taken as Nix gave it: ${ca}`, () => {
            const storePath = `/nix/store/${path}-a.txt`;
            assert.ok(isContentAddressed(info({ storePath, ca })));
            assert.equal(isContentAddressed(info({ storePath, ca: ca.replace(/.$/, "0") })), false);
            assert.equal(isContentAddressed(info({ storePath, ca, references: [`${path}-a.txt`] })), false);
        });

    const text = info({ ca: `text:${nixSha256("hello\n")}` });

    it("is taken where the path follows from it", () => {
        assert.ok(isContentAddressed(text));
        const references = ["8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm-a.txt"];
        const storePath = textStorePath({
            name: "b",
            contents: "x",
            references: references.map((one) => `/nix/store/${one}`),
        });
        assert.ok(isContentAddressed(info({ storePath, references, ca: `text:${nixSha256("x")}` })));
    });

    for (const [what, change] of [
        ["of another content", { ca: `text:${nixSha256("other")}` }],
        ["of another kind", { ca: `fixed:r:${nixSha256("hello\n")}` }],
        ["with a reference", { references: [`${"0".repeat(32)}-x`] }],
        ["of another name", { storePath: text.storePath.replace("a.txt", "b.txt") }],
        ["that is none", { ca: "text:sha256:!" }],
        ["that is empty", { ca: "" }],
    ] as const)
        it(`is not taken: one ${what}`, () =>
            assert.equal(isContentAddressed({ ...text, ...change }), false));
});
