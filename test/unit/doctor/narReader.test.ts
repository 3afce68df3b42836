import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";
import { nixSha256 } from "../../../src/cache/nar.ts";
import { readNar, type ReadNar } from "../../../src/doctor/narReader.ts";

const NAR = Buffer.concat([Buffer.alloc(300_000, "nar"), randomBytes(300_000)]);
const withProgram = (name: string) =>
    spawnSync(name, ["--compress", "--stdout"], { input: NAR, maxBuffer: 2 ** 24 });
const FILES: readonly (readonly [compression: string, file: Buffer])[] = [
    ["none", NAR],
    ["zstd", zstdCompressSync(NAR)],
    ["gzip", gzipSync(NAR)],
    ["br", brotliCompressSync(NAR)],
    // Where the machine has them, as the doctor itself looks for them.
    ...["xz", "bzip2"].flatMap((name) => {
        const { status, stdout } = withProgram(name);
        return status === 0 ? [[name, stdout] as const] : [];
    }),
];

describe("a NAR that is read", () => {
    let server: Server;
    let file: Buffer = Buffer.alloc(0);
    let headers: Record<string, string> = {};
    let counted = 0;

    before(async () => {
        server = createServer((_, response) => response.writeHead(200, headers).end(file));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    });
    after(() => server.close());

    function read(compression: string, served: Buffer, narSize = NAR.length): Promise<ReadNar> {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        file = served;
        counted = 0;
        return readNar({ url }, { path: "/b/nar/x", compression, narSize }, (bytes) => (counted += bytes));
    }

    for (const [compression, packed] of FILES) {
        it(`is unpacked and hashed, file and NAR (${compression})`, async () => {
            const { size, fileHash, nar, broken } = await read(compression, packed);
            assert.deepEqual(
                { size, fileHash, nar, broken },
                {
                    size: packed.length,
                    fileHash: nixSha256(packed),
                    nar: { hash: nixSha256(NAR), size: NAR.length },
                    broken: undefined,
                },
            );
            assert.equal(counted, packed.length);
        });

        it(`is broken where it is cut (${compression})`, async () => {
            const { nar, broken } = await read(compression, packed.subarray(0, -100));
            if (compression === "none") assert.notEqual(nar?.hash, nixSha256(NAR));
            else assert.match(broken ?? "", /^cannot be unpacked \(\w+\): \S/);
        });

        it(`is unpacked no further than its NarSize (${compression})`, async () => {
            const { broken, nar } = await read(compression, packed, NAR.length - 1);
            assert.equal(nar, undefined);
            assert.equal(broken, `unpacks to more than the ${NAR.length - 1} bytes of its NarSize`);
        });
    }

    it("is one of gigabytes in a few bytes, which are never unpacked", async () => {
        const bomb = zstdCompressSync(Buffer.alloc(200_000_000));
        const { broken } = await read("zstd", bomb, 1000);
        assert.equal(broken, "unpacks to more than the 1000 bytes of its NarSize");
    });

    it("is decoded first where it has a Content-Encoding, as Nix's library does", async () => {
        headers = { "Content-Encoding": "gzip" };
        try {
            const { nar } = await read("zstd", gzipSync(zstdCompressSync(NAR)));
            assert.equal(nar?.hash, nixSha256(NAR));
            assert.match((await read("zstd", zstdCompressSync(NAR))).broken ?? "", /^cannot be unpacked/);
        } finally {
            headers = {};
        }
    });

    it("is hashed as a file where nothing here unpacks it, and broken where Nix knows no such compression", async () => {
        const { fileHash, nar, broken } = await read("lrzip", NAR);
        assert.deepEqual([fileHash, nar, broken], [nixSha256(NAR), undefined, undefined]);
        const unknown = await read("pied-piper", NAR);
        assert.equal(unknown.broken, "is of a compression that Nix does not know: pied-piper");
    });
});
