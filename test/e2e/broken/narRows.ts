import { createHash, randomBytes } from "node:crypto";
import type { Row } from "./row.ts";
import { flipped } from "./target.ts";

/** A key that only the one who wrote it has (Amazon S3 API, "SSE-C"). */
export function ownKey(): Record<string, string> {
    const key = randomBytes(32);
    const name = "x-amz-server-side-encryption-customer";
    return {
        [`${name}-algorithm`]: "AES256",
        [`${name}-key`]: key.toString("base64"),
        [`${name}-key-md5`]: createHash("md5").update(key).digest("base64"),
    };
}

const otherContent = /is not the one that was signed \(NarHash\)|cannot be unpacked \(\w+\): /;
const otherSize = /its NAR nar\/\S+ has \d+ bytes, should have \d+/;

/** What can happen to a NAR whose narinfo is as it was. */
export const NAR_ROWS: readonly Row[] = [
    {
        what: "NAR gone",
        breaks: (one) => one.remove(one.info.url),
        doctor: /its NAR nar\/\S+ answered 404/,
        nix: "refuses",
    },
    {
        what: "NAR gone, its listing (.ls) left",
        breaks: async (one) => {
            await one.put(`${one.key.slice(0, 32)}.ls`, '{"root":{"size":1,"type":"regular"},"version":1}');
            await one.remove(one.info.url);
        },
        doctor: /its NAR nar\/\S+ answered 404/,
        nix: "refuses",
    },
    { what: "NAR empty", breaks: (one) => one.putNar(""), doctor: otherSize, nix: "refuses" },
    {
        what: "NAR cut by a byte",
        breaks: (one) => one.putNar(one.nar.subarray(0, -1)),
        doctor: otherSize,
        nix: "refuses",
    },
    {
        what: "NAR cut in half",
        breaks: (one) => one.putNar(one.nar.subarray(0, one.nar.length / 2)),
        doctor: otherSize,
        nix: "refuses",
    },
    {
        what: "NAR with a byte appended (none)",
        breaks: (one) => one.putNar(Buffer.concat([one.nar, Buffer.from("x")])),
        compression: "none",
        doctor: otherSize,
        nix: "takes",
    },
    {
        what: "NAR far larger",
        breaks: (one) => one.putNar(Buffer.alloc(5_000_000)),
        doctor: otherSize,
        nix: "refuses",
    },
    ...(["xz", "none", "zstd", "bzip2", "gzip", "br"] as const).map((compression): Row => ({
        what: `NAR with one bit flipped (${compression})`,
        breaks: (one) => one.putNar(flipped(one.nar)),
        ...(compression === "zstd" ? {} : { compression }),
        doctor: otherContent,
        nix: "refuses",
        push: "needs --force",
    })),
    {
        what: "NAR random, of the same size",
        breaks: (one) => one.putNar(randomBytes(one.nar.length)),
        doctor: otherContent,
        nix: "refuses",
        push: "needs --force",
    },
    {
        what: "NAR all zeros, of the same size (none)",
        breaks: (one) => one.putNar(Buffer.alloc(one.nar.length)),
        compression: "none",
        doctor: otherContent,
        nix: "refuses",
        push: "needs --force",
    },
    {
        what: "NAR swapped with another's of the same size (none)",
        breaks: (one, other) => one.putNar(other.nar),
        compression: "none",
        doctor: otherContent,
        nix: "refuses",
        push: "needs --force",
    },
    {
        what: "NAR swapped with another's (xz)",
        compression: "xz",
        breaks: (one, other) =>
            one.putNar(Buffer.concat([other.nar, Buffer.alloc(4 * 64)]).subarray(0, one.nar.length)),
        doctor: otherContent,
        nix: "refuses",
        push: "needs --force",
    },
    {
        what: "NAR a page of a proxy",
        breaks: (one) => one.putNar("<html>502 Bad Gateway</html>"),
        doctor: otherSize,
        nix: "refuses",
    },
    {
        what: "NAR with a Content-Encoding that it is not in",
        breaks: (one) => one.putNar(one.nar, { "Content-Encoding": "gzip" }),
        doctor: otherContent,
        nix: "refuses",
    },
    {
        what: "NAR encrypted with somebody's own key",
        breaks: (one) => one.putNar(one.nar, ownKey()),
        doctor: /its NAR nar\/\S+ answered 400/,
        nix: "refuses",
    },
];
