import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { compressStream, unpackStream } from "../../../src/content/compression.ts";
import { narOf } from "../../../src/store/narStream.ts";

describe("a NAR that is compressed as a stream", () => {
    let folder: string;
    const whole = async (pieces: AsyncIterable<Buffer>) => {
        const all: Buffer[] = [];
        for await (const piece of pieces) all.push(Buffer.from(piece));
        return Buffer.concat(all);
    };

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-compression-"));
        // Small files between large ones: pieces of all lengths, some of which take no turn of the reader.
        for (let n = 0; n < 40; n++) {
            const under = join(folder, "tree", String(n));
            mkdirSync(under, { recursive: true });
            for (const size of [0, 7, 8, 9_000, 140_000, 300_000 + n, 900_001])
                writeFileSync(join(under, String(size)), randomBytes(size));
        }
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    for (const compression of ["zstd", "none"] as const)
        it(`is the same when it is unpacked, though its memory is used again (${compression})`, async () => {
            const tree = join(folder, "tree");
            const nar = await whole(narOf(tree));
            const file = compressStream(narOf(tree, { reuse: true }), { compression, level: 3 });
            assert.ok((await whole(unpackStream(file, compression))).equals(nar));
        });

    it("is a frame, which is empty, where nothing comes", async () => {
        const nothing = inPieces(Buffer.alloc(0), 1);
        const file = await whole(compressStream(nothing, { compression: "zstd", level: 3 }));
        assert.ok(file.length > 0);
        assert.equal((await unpacked(file)).length, 0);
    });

    it("ends with the error of its source, and not with the codec's", async () => {
        const source = async function* () {
            yield await Promise.resolve(randomBytes(100_000));
            throw new Error("the disk is gone");
        };
        const file = compressStream(source(), { compression: "zstd", level: 3 });
        await assert.rejects(whole(file), /^Error: the disk is gone$/);
    });

    it("lets its source go where nobody reads on", async () => {
        let gone = false;
        const source = async function* () {
            try {
                for (;;) yield await Promise.resolve(randomBytes(300_000));
            } finally {
                gone = true;
            }
        };
        for await (const piece of compressStream(source(), { compression: "zstd", level: 3 })) {
            assert.ok(piece.length > 0);
            break;
        }
        assert.ok(gone);
    });

    /** A file in pieces of so many bytes. */
    const inPieces = async function* (file: Buffer, bytes: number) {
        for (let at = 0; at < file.length; at += bytes)
            yield await Promise.resolve(file.subarray(at, at + bytes));
    };
    const unpacked = (file: Buffer, bytes = 1000) => whole(unpackStream(inPieces(file, bytes), "zstd"));

    it("refuses what is not compressed so", async () => {
        await assert.rejects(unpacked(Buffer.from("no zstd at all")));
    });

    describe("of several frames", () => {
        const parts = [0, 1, 5_000, 40_000, 0, 7_000, 3].map((size) => randomBytes(size));
        const frames = parts.map((part) => zstdCompressSync(part));
        const file = Buffer.concat(frames);
        const content = Buffer.concat(parts);

        it("is read to its end, wherever its pieces begin", async () => {
            for (const bytes of [3, 13, 1_000, frames[0]?.length ?? 0, 65_536, file.length])
                assert.ok((await unpacked(file, bytes)).equals(content), `pieces of ${bytes}`);
        });

        it("is refused where one is cut, or something else follows", async () => {
            for (const bytes of [1_000, file.length]) {
                await assert.rejects(unpacked(file.subarray(0, -2), bytes));
                await assert.rejects(unpacked(Buffer.concat([file, Buffer.from("something else")]), bytes));
            }
        });

        it("is refused where they are so small that only a fault makes them, or somebody's ill will", async () => {
            const none = zstdCompressSync("");
            const many = (count: number) => Buffer.concat(Array<Buffer>(count).fill(none));
            assert.equal((await unpacked(many(500))).length, 0);
            await assert.rejects(unpacked(many(5_000)), /^Error: it has too many frames$/);
        });
    });
});
