import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { nixSha256, serialiseNar } from "../../src/cache/nar.ts";
import { formatNarinfo, signNarinfo } from "../../src/cache/narinfo.ts";
import { baseName, narinfoKey } from "../../src/cache/storePath.ts";
import { withConnections, type Cache } from "../../src/s3/bucket.ts";
import { forEachAtOnce } from "../../src/system/pool.ts";
import { nixCache } from "../e2e/cli.ts";
import { mc } from "../e2e/mc.ts";
import { Bucket } from "../e2e/objects.ts";
import { pathOf } from "../e2e/pushing/store.ts";
import { TestStack } from "../e2e/testStack.ts";
import { newMinio, theWorld } from "../e2e/world.ts";

/**
 * What `nix-cache renew` takes for a closure, against `mc` copying the same objects onto
 * themselves: `npm test -- test/bench/renew.ts`. NIX_CACHE_BENCH_PATHS names its size.
 */
const SIZE = Number(process.env.NIX_CACHE_BENCH_PATHS ?? "5000");
/** What each path refers to, but for the last ones. */
const REFERENCES = 8;
const NAR_BYTES = 16 * 1024;
const BUCKET = "bench-renew";
const OLD_DAYS = 20;

/** Has a process say at its end how many requests it sent, and what memory it had at most. */
const SAY = `
import { readFileSync } from "node:fs";
import { channel } from "node:diagnostics_channel";
let requests = 0;
channel("http.client.request.start").subscribe(() => { requests += 1; });
process.on("exit", () => {
    const [, peak] = /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"));
    process.stderr.write("said " + requests + " " + peak + "\\n");
});
`;

describe(`renewing ${SIZE} paths`, function () {
    this.timeout(7_200_000);
    let stack: TestStack;
    let dir: string;

    before(async () => {
        const minio = await newMinio((await theWorld()).tools);
        ({ dir } = minio);
        stack = await TestStack.open(BUCKET, { bucket: BUCKET }, minio);
        await stack.up();
        const { secretKey } = (await stack.outputs()) as { secretKey: string };
        await withConnections({ connection: minio.connection, bucket: BUCKET }, (cache) =>
            fill(cache, secretKey),
        );
        const root = pathOf("bench-0");
        const made = await nixCache(stack, ["pin", "bench", root, "--upstream", ""]);
        assert.equal(made.status, 0, made.stderr);
    });

    /** Bytes that the server has had written to the disk so far. */
    const written = () => {
        const pid = readFileSync(join(dir, "pid"), "utf8").trim();
        return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1] ?? 0);
    };
    const measured = async (what: string, work: () => Promise<string>) => {
        const before = written();
        const begun = performance.now();
        const said = await work();
        const seconds = (performance.now() - begun) / 1000;
        const mib = (written() - before) / 1024 ** 2;
        console.log(
            `      ${what}: ${seconds.toFixed(1)} s, ${mib.toFixed(1)} MiB written to the disk, ${said}`,
        );
    };
    const renew = async (objects: number) => {
        const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(SAY)}`;
        const { status, stdout, stderr } = await nixCache(stack, ["renew", "--json", "--upstream", ""], {
            env: { NODE_OPTIONS },
        });
        assert.equal(status, 0, stderr);
        const { renewed } = JSON.parse(stdout) as { renewed: number };
        assert.equal(renewed, objects);
        // The first processes are Pulumi's.
        const last = [...stderr.matchAll(/^said (\d+) (\d+)$/gm)].at(-1);
        return `${renewed} objects, ${last?.[1] ?? "?"} requests, peak memory ${Math.round(Number(last?.[2]) / 1024)} MiB`;
    };

    it("by renew, all of them, and then none", async () => {
        await measured("renew, all due", () => renew(SIZE * 2));
        await measured("renew, none due", () => renew(0));
    });

    it("by mc, copying them onto themselves", async () => {
        await measured("mc cp", async () => {
            const args = ["cp", "--recursive", "--quiet", "--attr", "renewed=1"];
            const { status, stderr } = await mc(stack, [...args, `server/${BUCKET}/`, `server/${BUCKET}/`]);
            assert.equal(status, 0, stderr);
            return `${SIZE * 2} objects`;
        });
    });
});

/** Puts the closure as a push does, with checksums, and as if it were {@link OLD_DAYS} days old. */
async function fill(cache: Cache, secretKey: string): Promise<void> {
    const bucket = new Bucket(cache.connection, BUCKET);
    const time = new Date(Date.now() - OLD_DAYS * 86_400_000).toISOString();
    const put = async (key: string, body: Buffer) => {
        const sum = Buffer.alloc(4);
        sum.writeUInt32BE(crc32(body));
        const headers = { "x-amz-checksum-crc32": sum.toString("base64"), "x-minio-source-mtime": time };
        assert.equal((await bucket.request("PUT", key, { body, headers })).status, 200, key);
    };
    await forEachAtOnce(Array(SIZE).keys(), 32, async (index) => {
        const path = pathOf(`bench-${index}`);
        const contents = `${path}\n`.repeat(NAR_BYTES / 64);
        const nar = serialiseNar({ type: "regular", contents });
        const narHash = nixSha256(nar);
        const references = Array.from({ length: REFERENCES }, (_, one) => index * REFERENCES + one + 1);
        const info = {
            storePath: path,
            url: `nar/${narHash.slice("sha256:".length)}.nar`,
            compression: "none",
            narHash,
            narSize: nar.length,
            references: references.filter((one) => one < SIZE).map((one) => baseName(pathOf(`bench-${one}`))),
            signatures: [],
        };
        await put(info.url, nar);
        await put(narinfoKey(path), Buffer.from(formatNarinfo(signNarinfo(info, secretKey))));
    });
}
