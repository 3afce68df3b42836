import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
            const file = compressStream(narOf(tree, { reuse: true }), nar.length, { compression, level: 3 });
            assert.ok((await whole(unpackStream(file, compression))).equals(nar));
        });

    it("ends with the error of its source, and not with the codec's", async () => {
        const source = async function* () {
            yield await Promise.resolve(randomBytes(100_000));
            throw new Error("the disk is gone");
        };
        const file = compressStream(source(), 200_000, { compression: "zstd", level: 3 });
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
        for await (const piece of compressStream(source(), 2 ** 30, { compression: "zstd", level: 3 })) {
            assert.ok(piece.length > 0);
            break;
        }
        assert.ok(gone);
    });

    it("refuses what is not compressed so", async () => {
        const bytes = async function* () {
            yield await Promise.resolve(Buffer.from("no zstd at all"));
        };
        await assert.rejects(whole(unpackStream(bytes(), "zstd")));
    });
});
