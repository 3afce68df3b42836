import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { encodeNixBase32 } from "../../../src/cache/nixBase32.ts";
import { figuresOf } from "../../../src/report/look.ts";
import type { ListedObject } from "../../../src/s3/listing.ts";

const OBJECTS = 1_000_000;
const DAY_MS = 86_400_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of JavaScript's memory that are in use, without what nobody uses any more. */
function used(): number {
    collect();
    return process.memoryUsage().heapUsed;
}

/** Pages of a listing as a server gives them: a path's `.ls` and narinfo, then NARs. */
function* pages(now: number): Generator<ListedObject[]> {
    for (let first = 0; first < OBJECTS; first += 1000)
        yield Array.from({ length: 1000 }, (_, index) => {
            const number = first + index;
            const bytes = Buffer.alloc(number % 3 === 2 ? 32 : 20);
            bytes.writeUInt32BE(number - (number % 3));
            const hash = encodeNixBase32(bytes);
            const key = [`${hash}.ls`, `${hash}.narinfo`, `nar/${hash}.nar.zst`][number % 3] ?? "";
            return { key, size: 1000, modified: new Date(now - (number % 60) * DAY_MS) };
        });
}

describe("a report on a million objects", () => {
    it("by the listing alone needs no more memory than one on a thousand", async () => {
        const server = { connection: { url: "http://127.0.0.1:1" }, bucket: "none" };
        const before = used();
        let most = 0;
        const begun = performance.now();
        const figures = await figuresOf(
            server,
            {
                trustedPublicKeys: [],
                expireDays: 30,
                narGraceDays: 7,
                maxSize: 10 ** 9,
                readNarinfos: false,
                onProgress: (objects) => {
                    if (objects % 100_000 === 0) most = Math.max(most, used() - before);
                },
            },
            Readable.from(pages(Date.now())) as AsyncIterable<ListedObject[]>,
        );
        const seconds = (performance.now() - begun) / 1000;
        console.log(
            `      ${seconds.toFixed(1)} s, ${Math.round(most / 2 ** 20)} MiB of JavaScript's memory`,
        );
        assert.deepEqual([figures.objects, figures.bytes], [OBJECTS, OBJECTS * 1000]);
        assert.equal(figures.kinds.nar.objects, 333_333);
        assert.equal(figures.growth.days.length, 60);
        // A listing as a whole would be some hundreds.
        assert.ok(most < 100 * 2 ** 20, `${most}`);
        const kept = figures.expiry.rows.find(({ expireDays }) => expireDays === 7);
        assert.ok(kept !== undefined && kept.bytes < figures.bytes / 4);
        assert.equal(figures.size?.level, "over");
    }).timeout(120_000);
});
