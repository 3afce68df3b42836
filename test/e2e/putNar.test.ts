import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { sha256Text } from "../../src/cache/sha256.ts";
import { putNar, type NarOptions } from "../../src/content/putNar.ts";
import { ask, withConnections, type Cache } from "../../src/s3/bucket.ts";
import type { Connection } from "../../src/s3/connection.ts";
import { putStream } from "../../src/s3/putStream.ts";
import { renew } from "../../src/s3/renew.ts";
import { send } from "../../src/s3/request.ts";
import type { Member } from "../../src/store/closure.ts";
import { closuresOf } from "../../src/store/closures.ts";
import type { Nix } from "../../src/store/nix.ts";
import { removeStore } from "../../sandbox/nixCommand.ts";
import { projectDir } from "../../sandbox/paths.ts";
import { maySkip, skip } from "../skips.ts";
import { LocalStore } from "./pushing/store.ts";
import { newFolder, theWorld } from "./world.ts";

const MIB = 1024 * 1024;
const BUCKET = "put-nar";
/** A path of one request in memory, one of a stream that fits a part, one of several parts. */
const SIZES = { small: 10_000, middling: 3 * MIB, large: 21 * MIB };

describe("NARs that are put into a bucket", function () {
    maySkip(this, "nix");
    this.timeout(120_000);
    let connection: Connection;
    let local: LocalStore;
    let store: Nix;
    const members = {} as Record<keyof typeof SIZES, Member>;
    const zstd = (): NarOptions => ({ compression: "zstd", level: 3, store });

    before(async function () {
        const { tools, minio, bundle } = await theWorld();
        if (tools.nix === undefined) skip(this, "nix");
        connection = minio.connection;
        assert.equal(
            (await send(connection, { method: "PUT", path: `/${BUCKET}`, kind: "short" })).status,
            200,
        );
        const dir = newFolder("put-nar");
        process.once("exit", () => removeStore(dir));
        local = new LocalStore({ nix: tools.nix, bundle, dir });
        store = { ...local.nix };
        const specs = Object.entries(SIZES).map(([name, size]) => ({
            name,
            contents: randomBytes(size / 2).toString("hex"),
        }));
        const paths = await local.add(specs);
        for (const [index, { name }] of specs.entries()) {
            const path = paths[index] ?? "";
            const member = (await closuresOf(store, [path])).members.get(path);
            assert.ok(member !== undefined);
            members[name as keyof typeof SIZES] = member;
        }
    });

    const inCache = <T>(work: (cache: Cache) => Promise<T>): Promise<T> =>
        withConnections({ connection, bucket: BUCKET }, work);
    const head = async (cache: Cache, url: string) => {
        const headers = { "x-amz-checksum-mode": "ENABLED" };
        const answer = await ask(cache, "HEAD", url, { kind: "short", headers });
        const {
            "x-amz-checksum-crc32": crc,
            "x-amz-checksum-type": type,
            "x-amz-meta-file-hash": hash,
            etag,
        } = answer.headers;
        return { status: answer.status, crc, type, hash, etag };
    };
    const content = async (cache: Cache, url: string) =>
        (await send(cache.connection, { method: "GET", path: `/${BUCKET}/${url}`, kind: "smallNar" })).body;
    const remove = (cache: Cache, url: string) => ask(cache, "DELETE", url, { kind: "short" });
    const hashOf = (body: Buffer) => sha256Text(createHash("sha256").update(body).digest());

    for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[])
        for (const compression of ["zstd", "none"] as const)
            it(`are what Nix's database says, keep a checksum and their words through renewals (${size}, ${compression})`, () =>
                inCache(async (cache) => {
                    const member = members[size];
                    const sent = await putNar(cache, member, { ...zstd(), compression });
                    assert.equal(sent.sent, true);
                    const file = await content(cache, sent.url);
                    assert.equal(hashOf(file), sent.fileHash);
                    assert.equal(file.length, sent.fileSize);
                    const nar = compression === "none" ? file : zstdDecompressSync(file);
                    assert.equal(nar.length, member.narSize);
                    assert.equal(
                        sent.url,
                        `nar/${hashOf(nar).slice(7)}.nar${compression === "none" ? "" : ".zst"}`,
                    );
                    const before = await head(cache, sent.url);
                    assert.equal(before.type, "FULL_OBJECT");
                    assert.ok(before.crc !== undefined);
                    assert.equal(before.hash, sent.fileHash);
                    await renew(cache, sent.url);
                    assert.deepEqual(await head(cache, sent.url), before);
                    // There already: nothing is sent, and the answer is the same.
                    assert.deepEqual(await putNar(cache, member, { ...zstd(), compression, level: 9 }), {
                        ...sent,
                        sent: false,
                    });
                }));

    it("replace what is broken, and nothing that is good", () =>
        inCache(async (cache) => {
            for (const member of Object.values(members)) {
                const { url, ...first } = await putNar(cache, member, { ...zstd(), replace: true });
                for (const broken of [
                    "",
                    "rubbish",
                    (await content(cache, url)).subarray(0, -1),
                    zstdCompressSync("other"),
                ]) {
                    await ask(cache, "PUT", url, { kind: "short", body: broken });
                    assert.deepEqual(await putNar(cache, member, zstd()), { url, ...first, sent: true });
                }
                // Of somebody else, who knows no such words, at another level.
                const theirs = zstdCompressSync(zstdDecompressSync(await content(cache, url)), {
                    params: { 100: 1 },
                });
                await ask(cache, "PUT", url, { kind: "short", body: theirs });
                const kept = await putNar(cache, member, zstd());
                assert.deepEqual(
                    [kept.sent, kept.fileHash, kept.fileSize],
                    [false, hashOf(theirs), theirs.length],
                );
                assert.equal((await head(cache, url)).hash, kept.fileHash);
                assert.ok((await content(cache, url)).equals(theirs));
                assert.equal((await putNar(cache, member, { ...zstd(), replace: true })).sent, true);
            }
        }));

    it("are of one pusher where several come at once, and all name its file", () =>
        inCache(async (cache) => {
            for (const member of Object.values(members)) {
                const { url } = await putNar(cache, member, zstd());
                await remove(cache, url);
                const all = await Promise.all(
                    [1, 3, 6, 9].map((level) => putNar(cache, member, { ...zstd(), level })),
                );
                assert.equal(all.filter(({ sent }) => sent).length, 1);
                const file = await content(cache, url);
                for (const one of all)
                    assert.deepEqual([one.fileHash, one.fileSize], [hashOf(file), file.length]);
            }
        }));

    it("of damaged paths are not published", () =>
        inCache(async (cache) => {
            for (const [name, member] of Object.entries(members)) {
                const { url } = await putNar(cache, member, zstd());
                await remove(cache, url);
                const [damaged] = await local.add([
                    {
                        name: `damaged-${name}`,
                        contents: randomBytes(30)
                            .toString("hex")
                            .repeat(SIZES.large / 60),
                    },
                ]);
                const of = (await closuresOf(store, [damaged ?? ""])).members.get(damaged ?? "");
                assert.ok(of !== undefined);
                const place = join(local.root, of.path);
                chmodSync(place, 0o644);
                // Its size is the same.
                writeFileSync(place, "other", { flag: "r+" });
                await assert.rejects(putNar(cache, of, zstd()), {
                    name: "PathError",
                    message: /is damaged: .* was not pushed/,
                });
                await assert.rejects(putNar(cache, { ...member, narSize: member.narSize + 8 }, zstd()), {
                    name: "PathError",
                });
                assert.equal((await head(cache, url)).status, 404);
                const uploads = await send(cache.connection, {
                    method: "GET",
                    path: `/${BUCKET}`,
                    query: { uploads: "" },
                    kind: "listing",
                });
                assert.doesNotMatch(uploads.body.toString(), /<Upload>/, "no parts are left");
            }
        }));

    it("of stores elsewhere are read from their files, or from Nix", () =>
        inCache(async (cache) => {
            const { root, origin, nix } = local;
            for (const [url, isHere] of [
                [`local?root=${encodeURIComponent(root)}`, true],
                [root, true],
                [`file://${origin}`, false],
            ] as const)
                for (const member of [members.small, members.large]) {
                    const from: NarOptions = { ...zstd(), store: { ...nix, store: url }, replace: true };
                    const { sent, listing, fileHash } = await putNar(cache, member, from);
                    assert.equal(sent, true);
                    assert.equal(fileHash, (await putNar(cache, member, zstd())).fileHash);
                    assert.equal(listing !== undefined, isHere, url);
                }
            const gone = { ...members.small, path: `${members.small.path.slice(0, -5)}other` };
            await assert.rejects(putNar(cache, gone, { ...zstd(), replace: true }), { name: "PathError" });
        }));

    it("are whole or not there when a push is killed between its parts", async () => {
        const { url, fileHash } = await inCache((cache) => putNar(cache, members.large, zstd()));
        const script = `
            import { putNar } from ${JSON.stringify(join(projectDir, "src/content/putNar.ts"))};
            const { cache, member, options } = JSON.parse(process.argv[1]);
            console.log("begun");
            await putNar(cache, member, options);
            console.log("ended");`;
        const given = { cache: { connection, bucket: BUCKET }, member: members.large, options: zstd() };
        for (const after of [20, 60, 100, 150, 200, 300]) {
            await inCache((cache) => remove(cache, url));
            const child = spawn(
                process.execPath,
                ["--input-type=module", "-e", script, JSON.stringify(given)],
                {
                    stdio: ["ignore", "pipe", "inherit"],
                },
            );
            const ended = new Promise((resolve) => child.once("close", resolve));
            await new Promise((resolve) => child.stdout.once("data", resolve));
            await sleep(after);
            child.kill("SIGKILL");
            await ended;
            await inCache(async (cache) => {
                const there = await content(cache, url);
                const { status } = await head(cache, url);
                if (status === 200) assert.equal(hashOf(there), fileHash);
                assert.equal((await putNar(cache, members.large, zstd())).fileHash, fileHash);
                assert.equal((await head(cache, url)).hash, fileHash);
            });
        }
    });

    it("give the error of their source, and leave no parts", () =>
        inCache(async (cache) => {
            for (const pieces of [1, 5, 20]) {
                const source = async function* () {
                    for (let n = 0; n < pieces; n++) yield Buffer.alloc(MIB);
                    await sleep(1);
                    throw new Error("no more");
                };
                await assert.rejects(
                    putStream(cache, "nar/broken", source(), { contentType: "x/y" }),
                    /^Error: no more$/,
                );
                assert.equal((await head(cache, "nar/broken")).status, 404);
            }
            // All buffers were given back.
            const sendAll = Array.from({ length: 12 }, (_, n) =>
                putStream(
                    cache,
                    `nar/whole-${n}`,
                    (async function* () {
                        for (let piece = 0; piece < 17; piece++) yield Buffer.alloc(MIB, `${n}`);
                        await sleep(1);
                    })(),
                    { contentType: "x/y" },
                ),
            );
            assert.deepEqual(
                await Promise.all(sendAll),
                Array.from({ length: 12 }, () => ({ sent: true, size: 17 * MIB })),
            );
        }));
});
