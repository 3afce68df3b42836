import assert from "node:assert/strict";
import { referrersFirst } from "../../../src/mend/referrersFirst.ts";
import { hashOf, type Doomed } from "../../../src/mend/doomed.ts";

const hash = (n: number) => String(n).padStart(32, "0");
const all = (references: readonly (readonly number[])[]) =>
    new Map(
        references.map((others, n): [string, Doomed] => {
            const path = `/nix/store/${hash(n)}-x`;
            return [
                hashOf(path),
                {
                    path,
                    key: `${hash(n)}.narinfo`,
                    listing: `${hash(n)}.ls`,
                    references: others.map((other) => `${hash(other)}-x`),
                },
            ];
        }),
    );
const order = (references: readonly (readonly number[])[]) =>
    referrersFirst(all(references)).map(({ path }) => Number(hashOf(path)));

describe("paths that are to be removed", () => {
    it("come before what they refer to, whatever the order in which they were found", () => {
        // 3 refers to all, directly and by way of others; each refers to itself.
        const graph = [[0], [0, 1], [1, 0, 2], [0, 1, 2, 3]];
        assert.deepEqual(order(graph), [3, 2, 1, 0]);
        const reversed = graph.map((_, n) => graph[3 - n]?.map((other) => 3 - other) ?? []);
        assert.deepEqual(order(reversed), [0, 1, 2, 3]);
    });

    it("are each there once, where they refer to one another in a circle", () => {
        assert.deepEqual(order([[1], [2], [0]]).sort(), [0, 1, 2]);
    });

    it("may be a chain of many thousands", () => {
        const chain = Array.from({ length: 30_000 }, (_, n) => (n === 0 ? [] : [n - 1]));
        assert.deepEqual(order(chain).slice(0, 2), [29_999, 29_998]);
    });
});
