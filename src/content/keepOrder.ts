import type { CacheGraph } from "./cacheGraph.ts";

/** All that is in a cache, what is worth more first. */
export interface KeepOrder {
    /** Nodes of the graph that are there, each after all that it refers to. */
    readonly order: Int32Array;
    /** How many of them are spared: the roots with all that they refer to. */
    readonly spared: number;
    /** By node: when it, or what needs it, was written last, in milliseconds; Infinity for what is spared. */
    readonly needed: Float64Array;
}

/**
 * An order of which every beginning is whole: whatever stands in it stands after
 * all that it refers to. First what the roots need; then all else, a path that
 * was written later before one that was written earlier, each with what it needs.
 * So a cache is cut at any place of it without breaking a closure, whatever the
 * ages of its members are.
 *
 * In time linear in nodes and references, but for sorting; references in a
 * circle, which no store has, end it nevertheless.
 *
 * @param roots nodes that are spared with all that they refer to
 */
export function keepOrder(graph: CacheGraph, roots: Iterable<number>): KeepOrder {
    const order = new Int32Array(graph.size);
    const needed = new Float64Array(graph.size);
    const seen = new Uint8Array(graph.size);
    let length = 0;
    const path: number[] = [];
    const next: number[] = [];
    const enter = (node: number, time: number) => {
        if (seen[node] === 1) return;
        seen[node] = 1;
        needed[node] = time;
        path.push(node);
        next.push(0);
    };
    const keep = (root: number, time: number) => {
        enter(root, time);
        while (path.length > 0) {
            const last = path.length - 1;
            const node = path[last] ?? 0;
            const index = next[last] ?? 0;
            if (index < graph.referencesOf(node)) {
                next[last] = index + 1;
                enter(graph.reference(node, index), time);
            } else {
                path.pop();
                next.pop();
                if (graph.isThere(node)) order[length++] = node;
            }
        }
    };
    for (const root of roots) keep(root, Infinity);
    const spared = length;
    const byTime = Int32Array.from({ length: graph.size }, (_, node) => node);
    byTime.sort((a, b) => graph.time(b) - graph.time(a));
    for (const node of byTime) if (graph.isThere(node)) keep(node, graph.time(node));
    return { order: order.subarray(0, length), spared, needed };
}
