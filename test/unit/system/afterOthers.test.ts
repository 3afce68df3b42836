import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterOthers } from "../../../src/system/afterOthers.ts";

class Fatal extends Error {}

/** A graph in which each item may need those before it. */
const graphs = fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 });

describe("work in the order of a graph", () => {
    it("begins each item after all that it needs, and no more at once than its lane takes", async () => {
        await fc.assert(
            fc.asyncProperty(
                graphs,
                fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
                async (graph, widths) => {
                    const done = new Set<number>();
                    const active = [0, 0];
                    const { done: all } = await afterOthers({
                        items: graph.map((_, n) => n),
                        needs: (n) => (graph[n] ?? []).filter((need) => need < n),
                        lane: (n) => n % 2,
                        widths,
                        isFatal: () => false,
                        work: async (n) => {
                            for (const need of graph[n] ?? []) assert.ok(need >= n || done.has(need));
                            active[n % 2] = (active[n % 2] ?? 0) + 1;
                            assert.ok((active[n % 2] ?? 0) <= (widths[n % 2] ?? 0));
                            await turn();
                            active[n % 2] = (active[n % 2] ?? 0) - 1;
                            done.add(n);
                        },
                    });
                    assert.equal(all.size, graph.length);
                },
            ),
            { numRuns: 50 },
        );
    });

    it("keeps those alone who need what failed, with its error", async () => {
        await fc.assert(
            fc.asyncProperty(graphs, fc.nat(30), async (graph, bad) => {
                const error = new Error("bad");
                const { done, failed, fatal } = await afterOthers({
                    items: graph.map((_, n) => n),
                    needs: (n) => (graph[n] ?? []).filter((need) => need < n),
                    lane: () => 0,
                    widths: [3],
                    isFatal: () => false,
                    work: (n) => (n === bad ? Promise.reject(error) : Promise.resolve()),
                });
                const needsBad = (n: number): boolean =>
                    n === bad || (graph[n] ?? []).some((need) => need < n && needsBad(need));
                for (const n of graph.keys()) {
                    assert.equal(failed.get(n), needsBad(n) ? error : undefined);
                    assert.equal(done.has(n), !needsBad(n));
                }
                assert.equal(fatal, undefined);
            }),
            { numRuns: 50 },
        );
    });

    it("begins nothing after a fatal error, and ends when what was under way has ended", async () => {
        const begun: number[] = [];
        let ended = 0;
        const { done, failed, fatal } = await afterOthers({
            items: [0, 1, 2, 3, 4],
            needs: () => [],
            lane: () => 0,
            widths: [2],
            isFatal: (error) => error instanceof Fatal,
            work: async (n) => {
                begun.push(n);
                if (n === 0) throw new Fatal("away");
                await turn();
                ended++;
            },
        });
        assert.ok(fatal instanceof Fatal);
        assert.deepEqual(begun, [0, 1]);
        assert.equal(ended, 1);
        assert.deepEqual([...done, ...failed.keys()].sort(), [0, 1]);
    });

    it("tells of each as soon as it is done, and throws what the listener throws", async () => {
        await assert.rejects(
            afterOthers({
                items: [0],
                needs: () => [],
                lane: () => 0,
                widths: [1],
                isFatal: () => false,
                work: () => Promise.resolve(),
                onDone: () => {
                    throw new Error("the disk is full");
                },
            }),
            /the disk is full/,
        );
    });

    it("ends with nothing to do, and does not end at a depth that recursion could not reach", async () => {
        const none = await afterOthers({
            items: [],
            needs: () => [],
            lane: () => 0,
            widths: [1],
            isFatal: () => false,
            work: () => Promise.resolve(),
        });
        assert.equal(none.done.size, 0);
        const items = Array.from({ length: 20_000 }, (_, n) => n);
        const graph = {
            items,
            needs: (n: number) => (n === 0 ? [] : [n - 1]),
            lane: () => 0,
            widths: [1],
            isFatal: () => false,
        };
        assert.equal(
            (await afterOthers({ ...graph, work: () => Promise.resolve() })).done.size,
            items.length,
        );
        assert.equal(
            (await afterOthers({ ...graph, work: () => Promise.reject(new Error("x")) })).failed.size,
            items.length,
        );
    });
});
