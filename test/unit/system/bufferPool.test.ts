import assert from "node:assert/strict";
import { BufferPool } from "../../../src/system/bufferPool.ts";

describe("a pool of buffers", () => {
    it("has no more of them than it may, and gives each on to who waits longest", async () => {
        const pool = new BufferPool(10, 2);
        const first = await pool.take();
        const second = await pool.take();
        assert.equal(first.length, 10);
        const got: [number, Buffer][] = [];
        const waiting = [1, 2].map((who) => pool.take().then((buffer) => got.push([who, buffer])));
        await new Promise((resolve) => setImmediate(resolve));
        assert.equal(got.length, 0);
        pool.give(second);
        pool.give(first);
        await Promise.all(waiting);
        assert.deepEqual(
            got.map(([who, buffer]) => [who, buffer === second, buffer === first]),
            [
                [1, true, false],
                [2, false, true],
            ],
        );
    });

    it("uses again what was given back", async () => {
        const pool = new BufferPool(10, 2);
        const buffer = await pool.take();
        pool.give(buffer);
        assert.equal(await pool.take(), buffer);
    });
});
