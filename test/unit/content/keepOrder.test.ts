import assert from "node:assert/strict";
import fc from "fast-check";
import { encodeNixBase32 } from "../../../src/cache/nixBase32.ts";
import { CacheGraph } from "../../../src/content/cacheGraph.ts";
import { keepOrder } from "../../../src/content/keepOrder.ts";
import { breaks, LEFT_OVER_MS, trimPlan } from "../../../src/content/trimPlan.ts";

const NOW = Date.UTC(2026, 10, 24);
const DAY_MS = 86_400_000;

/** One path: its age in days, bytes of its NAR, which NAR, and what it refers to, which may be itself, missing, or in a circle. */
interface Made {
    readonly age: number;
    readonly nar: number;
    readonly references: readonly number[];
}

const hash = (number: number) => {
    const bytes = Buffer.alloc(20);
    bytes.writeUInt32BE(number);
    return encodeNixBase32(bytes);
};

function graphOf(paths: readonly Made[]): CacheGraph {
    const graph = new CacheGraph();
    for (const [number, { age, nar, references }] of paths.entries()) {
        const modified = new Date(NOW - age * DAY_MS);
        const url = `nar/${nar}.nar`;
        graph.object({ key: url, size: 1000 + nar, modified }, "nar");
        graph.narinfo(
            { key: `${hash(number)}.narinfo`, size: 10, modified },
            {
                kind: "read",
                info: {
                    storePath: `/nix/store/${hash(number)}-p`,
                    url,
                    compression: "none",
                    narHash: "",
                    narSize: 1,
                    references: references.map((one) => `${hash(one)}-p`),
                    signatures: [],
                },
            },
        );
    }
    return graph;
}

const made = fc.record({
    age: fc.nat(40),
    nar: fc.nat(30),
    references: fc.array(fc.nat(45), { maxLength: 4 }),
});
const acyclic = fc
    .array(made, { maxLength: 40 })
    .map((all) =>
        all.map((one, number) => ({ ...one, references: one.references.filter((other) => other <= number) })),
    );

/** Bytes of NARs of which no narinfo says that they are its own. */
function unnamed(graph: CacheGraph): number {
    let bytes = 0;
    for (let nar = 0; nar < graph.narCount; nar++)
        if (graph.narUsers(nar) === 0) bytes += graph.narBytes(nar);
    return bytes;
}

describe("the order in which a cache is kept", () => {
    it("has each path after all that it refers to, and everything once", () => {
        fc.assert(
            fc.property(acyclic, fc.array(fc.nat(40)), (paths, roots) => {
                const graph = graphOf(paths);
                const known = roots.flatMap((root) => graph.find(hash(root)) ?? []);
                const { order, spared } = keepOrder(graph, known);
                const place = new Map([...order].map((node, index) => [node, index]));
                assert.equal(place.size, paths.length);
                for (const [node, index] of place)
                    for (const other of graph.references(node))
                        assert.ok(!graph.isThere(other) || (place.get(other) ?? Infinity) < index);
                for (const root of known)
                    if (graph.isThere(root)) assert.ok((place.get(root) ?? Infinity) < spared);
            }),
        );
    });

    it("is cut to any size without breaking what stays, references in circles or not", () => {
        fc.assert(
            fc.property(
                fc.array(made, { maxLength: 40 }),
                fc.nat(40_000),
                fc.array(fc.nat(40)),
                (paths, to, roots) => {
                    const graph = graphOf(paths);
                    const known = roots.flatMap((root) => graph.find(hash(root)) ?? []);
                    const order = keepOrder(graph, known);
                    const plan = trimPlan(graph, order, { fixed: 7, to, now: NOW });
                    const isCircle = [...order.order].some((node, index) =>
                        [...graph.references(node)].some((other) => order.order.indexOf(other) > index),
                    );
                    assert.equal(breaks(graph, plan), false);
                    const goes = new Set(plan.nodes);
                    const stays = [...order.order].filter((node) => !goes.has(node));
                    const nars = new Set(stays.map((node) => graph.nar(node)!));
                    const bytes = [...nars].reduce(
                        (sum, nar) => sum + graph.narBytes(nar),
                        7 + stays.length * 10,
                    );
                    if (plan.nodes.length > 0) assert.equal(plan.after, bytes + unnamed(graph));
                    if (plan.isPossible && !isCircle) assert.ok(plan.after <= to);
                    for (const node of order.order.subarray(0, order.spared)) assert.ok(!goes.has(node));
                },
            ),
        );
    });

    it("cuts by when a path was needed last, not by when it was written", () => {
        const graph = graphOf([
            { age: 30, nar: 1, references: [] },
            { age: 1, nar: 2, references: [0] },
            { age: 10, nar: 3, references: [] },
        ]);
        const order = keepOrder(graph, []);
        const plan = trimPlan(graph, order, { fixed: 0, to: 2500, now: NOW });
        assert.deepEqual(
            plan.nodes.map((node) => graph.name(node)),
            [hash(2)],
        );
        assert.equal(plan.since, NOW - DAY_MS);
    });

    it("spares what a pin names, however old", () => {
        const graph = graphOf([
            { age: 300, nar: 1, references: [] },
            { age: 300, nar: 2, references: [0] },
            { age: 1, nar: 3, references: [] },
        ]);
        const order = keepOrder(graph, [graph.find(hash(1))!]);
        assert.equal(trimPlan(graph, order, { fixed: 0, to: 2500, now: NOW }).spared, 2023);
        assert.equal(trimPlan(graph, order, { fixed: 0, to: 2000, now: NOW }).isPossible, false);
    });

    it("removes NARs that nobody names first, unless they may be of a push under way", () => {
        const graph = graphOf([{ age: 1, nar: 1, references: [] }]);
        graph.object({ key: "nar/old.nar", size: 500, modified: new Date(NOW - LEFT_OVER_MS - 1) }, "nar");
        graph.object({ key: "nar/new.nar", size: 500, modified: new Date(NOW - 1) }, "nar");
        const plan = trimPlan(graph, keepOrder(graph, []), { fixed: 0, to: 1600, now: NOW });
        assert.deepEqual(
            [plan.nodes, plan.nars.map((nar) => graph.narUrl(nar)), plan.after],
            [[], ["nar/old.nar"], 1511],
        );
    });

    it("is found for a chain of 200,000 paths without a stack of calls", () => {
        const graph = graphOf(
            Array.from({ length: 200_000 }, (_, number) => ({
                age: 0,
                nar: number,
                references: number === 0 ? [] : [number - 1],
            })),
        );
        const { order } = keepOrder(graph, []);
        assert.equal(order.length, 200_000);
        assert.equal(graph.name(order[0]!), hash(0));
    }).timeout(60_000);
});
