import assert from "node:assert/strict";
import { bytesOf } from "../../../src/cache/size.ts";

describe("a size", () => {
    for (const [text, bytes] of [
        ["0", 0],
        ["512", 512],
        ["214748364800", 200 * 1024 ** 3],
        ["999999999999T", undefined],
        ["1K", 1024],
        ["10GiB", 10 * 1024 ** 3],
        ["1.5T", 1.5 * 1024 ** 4],
        ["200 gb", 200 * 1024 ** 3],
        ["", undefined],
        ["GiB", undefined],
        ["-1G", undefined],
        ["10XB", undefined],
        ["1e3", undefined],
        ["1G\n", undefined],
    ] as const)
        it(`of ${JSON.stringify(text)} is ${bytes ?? "none"}`, () => assert.equal(bytesOf(text), bytes));
});
