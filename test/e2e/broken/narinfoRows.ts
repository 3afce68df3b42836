import { randomBytes } from "node:crypto";
import { brotliCompressSync } from "node:zlib";
import { signNarinfo } from "../../../src/cache/narinfo.ts";
import { signingKeyFromSeed } from "../../../src/cache/signingKey.ts";
import { ownKey } from "./narRows.ts";
import type { Row } from "./row.ts";
import { flipped, type Target } from "./target.ts";

const noSignature = /no signature by a trusted key verifies/;
const another = (one: Target, name: string): string => {
    const { secretKey } = signingKeyFromSeed(name, randomBytes(32));
    return one.text({ signatures: signNarinfo({ ...one.info, signatures: [] }, secretKey).signatures });
};
const keyName = (one: Target) => one.info.signatures[0]?.split(":")[0] ?? "";

/** What can happen to a narinfo as a file. */
const FILE_ROWS: readonly Row[] = [
    { what: "narinfo gone", breaks: (one) => one.remove(one.key), nix: "refuses" },
    {
        what: "narinfo gone of what another path refers to",
        breaks: (one) => one.remove(one.key),
        doctor: /it refers to \S+, which this cache does not have/,
        names: "referrer",
        nix: "refuses",
    },
    {
        what: "narinfo empty",
        breaks: (one) => one.putNarinfo(""),
        doctor: /this narinfo has no StorePath/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo empty, and one bit of its NAR flipped",
        breaks: async (one) => {
            await one.putNarinfo("");
            await one.putNar(flipped(one.nar));
        },
        doctor: /this narinfo has no StorePath/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo random",
        breaks: (one) => one.putNarinfo(randomBytes(700)),
        doctor: /this narinfo (ends within a line|has a line that is none of its own)/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo of 2 MiB, all of it right but for a field that nobody knows",
        breaks: (one) => one.putNarinfo(`${one.text()}X: ${"x".repeat(2 ** 21)}\n`),
        doctor: /it is larger than 1 MiB, which no narinfo is/,
        names: "key",
        nix: "takes",
    },
    {
        what: "narinfo of 40 MB of noise",
        breaks: (one) => one.putNarinfo(randomBytes(40_000_000)),
        doctor: /it is larger than 1 MiB, which no narinfo is/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo a page of a proxy",
        breaks: (one) => one.putNarinfo("<html>502 Bad Gateway</html>\n"),
        doctor: /has a line that is none of its own: "<html>/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo cut after its second line",
        breaks: (one) => one.putNarinfo(`${one.text().split("\n").slice(0, 2).join("\n")}\n`),
        doctor: /this narinfo has no NarHash/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo without its last line end",
        breaks: (one) => one.putNarinfo(one.text().trimEnd()),
        doctor: /this narinfo ends within a line/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo with the line ends of Windows",
        breaks: (one) => one.putNarinfo(one.text().replaceAll("\n", "\r\n")),
        doctor: /has a line that is none of its own/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo of another path, validly signed",
        breaks: (one, other) => one.putNarinfo(other.text()),
        doctor: /it is the narinfo of another path: \/nix\/store\//,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo with a Content-Encoding that it is not in",
        breaks: (one) => one.putNarinfo(one.text(), { "Content-Encoding": "br" }),
        doctor: /it is not in the coding br that its Content-Encoding names/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "narinfo compressed, and its Content-Encoding says so",
        breaks: (one) => one.putNarinfo(brotliCompressSync(one.text()), { "Content-Encoding": "br" }),
        nix: "takes",
        push: "leaves it",
    },
    {
        what: "narinfo encrypted with somebody's own key",
        breaks: (one) => one.putNarinfo(one.text(), ownKey()),
        doctor: /anonymous read answered 400/,
        names: "key",
        nix: "refuses",
    },
];

/** Signatures that count for nothing. */
const SIGNATURE_ROWS: readonly Row[] = [
    {
        what: "no signature",
        breaks: (one) => one.putNarinfo(one.text({ signatures: [] })),
        doctor: /no signature$/,
        nix: "refuses",
    },
    {
        what: "signature by another key",
        breaks: (one) => one.putNarinfo(another(one, "other-1")),
        doctor: noSignature,
        nix: "refuses",
    },
    {
        what: "signature by another key under the right name",
        breaks: (one) => one.putNarinfo(another(one, keyName(one))),
        doctor: noSignature,
        nix: "refuses",
    },
    {
        what: "signature of another path",
        breaks: (one, other) => one.putNarinfo(one.text({ signatures: other.info.signatures })),
        doctor: noSignature,
        nix: "refuses",
    },
    {
        what: "signature without its end",
        breaks: (one) =>
            one.putNarinfo(one.text({ signatures: one.info.signatures.map((s) => s.slice(0, 40)) })),
        doctor: noSignature,
        nix: "refuses",
    },
    {
        what: "no signature, and a content address that it has not",
        breaks: (one) => one.putNarinfo(one.text({ signatures: [], ca: `fixed:r:${one.info.narHash}` })),
        doctor: /no signature$/,
        nix: "refuses",
    },
];

/** Single fields that are another's. */
const FIELD_ROWS: readonly Row[] = [
    {
        what: "StorePath in another store",
        breaks: (one) => one.putNarinfo(one.text({ storePath: one.path.replace("/nix/", "/gnu/") })),
        doctor: /this narinfo is of another store/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "NarHash another's",
        breaks: (one, other) => one.putNarinfo(one.text({ narHash: other.info.narHash })),
        doctor: noSignature,
        nix: "refuses",
    },
    {
        what: "NarHash no hash",
        breaks: (one) => one.putNarinfo(one.text({ narHash: "sha256:0" })),
        doctor: /this narinfo's NarHash is no SHA-256/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "NarHash another's, validly signed",
        breaks: (one, other) => one.putNarinfo(one.signed({ narHash: other.info.narHash })),
        doctor: /is not the one that was signed/,
        nix: "refuses",
    },
    {
        what: "NarSize 0",
        breaks: (one) => one.putNarinfo(one.text({ narSize: 0 })),
        doctor: /this narinfo's NarSize is no number of bytes/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "NarSize too small, validly signed",
        breaks: (one) => one.putNarinfo(one.signed({ narSize: one.info.narSize - 8 })),
        doctor: /unpacks to more than the \d+ bytes of its NarSize/,
        nix: "refuses",
    },
    {
        what: "a reference more",
        breaks: (one, other) =>
            one.putNarinfo(one.text({ references: [other.path.slice("/nix/store/".length)] })),
        doctor: noSignature,
        nix: "refuses",
    },
    {
        what: "a reference that is nowhere, validly signed",
        breaks: (one) => one.putNarinfo(one.signed({ references: [`${"0".repeat(32)}-nowhere`] })),
        doctor: /it refers to 0{32}-nowhere, which this cache does not have/,
        nix: "refuses",
    },
    {
        what: "a reference that is none",
        breaks: (one) => one.putNarinfo(one.text({ references: ["../../etc/passwd"] })),
        doctor: /this narinfo's References is no store path/,
        names: "key",
        nix: "refuses",
    },
    {
        what: "URL ../../x",
        breaks: (one) => one.putNarinfo(one.text({ url: "../../x" })),
        doctor: /its URL leads out of the cache's folder nar\/: "\.\.\/\.\.\/x"/,
        nix: "refuses",
    },
    {
        what: "URL of another host",
        breaks: (one) => one.putNarinfo(one.text({ url: "http://127.0.0.1:9/x.nar.xz" })),
        doctor: /its URL leads out of the cache's folder nar\//,
        nix: "refuses",
    },
    {
        what: "URL nar/ with no name",
        breaks: (one) => one.putNarinfo(one.text({ url: "nar/" })),
        doctor: /its URL leads out of the cache's folder nar\//,
        nix: "refuses",
    },
    {
        what: "URL, FileHash and FileSize of another path's NAR",
        breaks: (one, { info: { url, fileHash = "", fileSize = 0 } }) =>
            one.putNarinfo(one.text({ url, fileHash, fileSize })),
        doctor: /is not the one that was signed/,
        nix: "refuses",
    },
    {
        what: "URL of another path's NAR",
        breaks: (one, other) => one.putNarinfo(one.text({ url: other.info.url })),
        doctor: /has \d+ bytes, should have \d+|is not the one that was signed/,
        nix: "refuses",
    },
    {
        what: "Compression none of an xz",
        compression: "xz",
        breaks: (one) => one.putNarinfo(one.text({ compression: "none" })),
        doctor: /is not the one that was signed/,
        nix: "refuses",
    },
    {
        what: "Compression that nobody knows",
        breaks: (one) => one.putNarinfo(one.text({ compression: "pied-piper" })),
        doctor: /is of a compression that Nix does not know: pied-piper/,
        // Nix 2.8 looks at the bytes alone; newer ones do not.
        nix: "takes",
    },
    {
        what: "FileHash another's",
        breaks: (one, other) => one.putNarinfo(one.text({ fileHash: other.info.fileHash ?? "" })),
        doctor: /its FileHash is not that of nar\/\S+; hosts take it all the same/,
        nix: "takes",
    },
    {
        what: "FileSize another",
        breaks: (one) => one.putNarinfo(one.text({ fileSize: 7 })),
        doctor: /has \d+ bytes, should have 7/,
        nix: "takes",
    },
    {
        what: "FileSize missing, and the NAR empty",
        breaks: async (one) => {
            await one.putNarinfo(one.text().replace(/^FileSize: .*\n/m, ""));
            await one.putNar("");
        },
        doctor: /has 0 bytes|cannot be unpacked|is not the one that was signed/,
        nix: "refuses",
    },
    {
        what: "Deriver that is none",
        breaks: (one) => one.putNarinfo(`${one.text()}Deriver: ../x\n`),
        doctor: /this narinfo's Deriver is no store path/,
        names: "key",
        nix: "refuses",
    },
];

export const NARINFO_ROWS: readonly Row[] = [...FILE_ROWS, ...SIGNATURE_ROWS, ...FIELD_ROWS];
