import { DAY_MS } from "../cache/day.ts";
import type { CacheGraph } from "./cacheGraph.ts";
import type { KeepOrder } from "./keepOrder.ts";

/** A NAR that no narinfo names may be of a push under way; after so long it is left over. */
export const LEFT_OVER_MS = DAY_MS;

/** What a trim removes. */
export interface TrimPlan {
    /** Bytes of all objects, before and after. */
    readonly before: number;
    readonly after: number;
    /** Nodes that go, who refers before what is referred to. */
    readonly nodes: readonly number[];
    /** NARs that go. */
    readonly nars: readonly number[];
    /** Those of them that no narinfo names, since an earlier trim or push was cut short. */
    readonly leftOver: number;
    /** Bytes of what is spared: pins with all that they refer to. */
    readonly spared: number;
    /** Moment, in milliseconds, since which all that stays was written or is needed; undefined: only what is spared stays. */
    readonly since: number | undefined;
    /** Whether the bytes can be reached at all without what is spared. */
    readonly isPossible: boolean;
}

/**
 * Keeps the beginning of the order that fits, and removes the rest.
 *
 * @param fixed bytes of objects that are no part of the graph: pins, the stack's own
 * @param to bytes that may be left
 */
export function trimPlan(
    graph: CacheGraph,
    { order, spared, needed }: KeepOrder,
    { fixed, to, now }: { readonly fixed: number; readonly to: number; readonly now: number },
): TrimPlan {
    const keepNar = new Uint8Array(graph.narCount);
    const leftOver: number[] = [];
    let kept = fixed;
    let before = fixed;
    for (let nar = 0; nar < graph.narCount; nar++) {
        before += graph.narBytes(nar);
        if (graph.narUsers(nar) > 0 || !graph.isNarThere(nar)) continue;
        if (now - graph.narTime(nar) > LEFT_OVER_MS) leftOver.push(nar);
        else kept += graph.narBytes(nar);
    }
    for (const node of order) before += graph.bytes(node);
    const more = (node: number) => {
        const nar = graph.nar(node);
        return graph.bytes(node) + (nar === undefined || keepNar[nar] === 1 ? 0 : graph.narBytes(nar));
    };
    const nothing = { before, after: before, nodes: [], nars: [], leftOver: 0, spared: 0 };
    if (before <= to) return { ...nothing, since: undefined, isPossible: true };
    let place = 0;
    let sparedBytes = 0;
    const stays = new Set<number>();
    for (; place < order.length; place++) {
        const node = order[place] ?? 0;
        const bytes = more(node);
        if (place < spared) sparedBytes += bytes;
        else if (kept + bytes > to) break;
        kept += bytes;
        const nar = graph.nar(node);
        if (nar !== undefined) keepNar[nar] = 1;
    }
    // References in a circle, which no store has, may lead from what stays to what stands behind it.
    for (const node of neededBy(graph, order.subarray(0, place))) {
        kept += more(node);
        const nar = graph.nar(node);
        if (nar !== undefined) keepNar[nar] = 1;
        stays.add(node);
    }
    const nodes = Array.from(order.subarray(place))
        .reverse()
        .filter((node) => !stays.has(node));
    const nars = new Set(leftOver);
    for (const node of nodes) {
        const nar = graph.nar(node);
        if (nar !== undefined && keepNar[nar] !== 1 && graph.isNarThere(nar)) nars.add(nar);
    }
    const last = place > spared ? order[place - 1] : undefined;
    return {
        before,
        after: kept,
        nodes,
        nars: [...nars],
        leftOver: leftOver.length,
        spared: sparedBytes,
        since: last === undefined ? undefined : needed[last],
        isPossible: kept <= to,
    };
}

/** What is there, is referred to by what stays, and is not among it. */
function* neededBy(graph: CacheGraph, stays: Int32Array): Generator<number> {
    const seen = new Uint8Array(graph.size);
    for (const node of stays) seen[node] = 1;
    const more: number[] = [];
    const add = (node: number) => {
        for (const other of graph.references(node)) {
            if (seen[other] === 1 || !graph.isThere(other)) continue;
            seen[other] = 1;
            more.push(other);
        }
    };
    for (const node of stays) add(node);
    for (let node = more.pop(); node !== undefined; node = more.pop()) {
        yield node;
        add(node);
    }
}

/**
 * Whether something stays that would refer to what goes: a node of the plan, or
 * a NAR of it. By the order it cannot be; it is looked at before anything is
 * removed all the same, since nobody gives back what was removed.
 */
export function breaks(graph: CacheGraph, { nodes, nars }: Pick<TrimPlan, "nodes" | "nars">): boolean {
    const goes = new Uint8Array(graph.size);
    const narGoes = new Uint8Array(graph.narCount);
    for (const node of nodes) goes[node] = 1;
    for (const nar of nars) narGoes[nar] = 1;
    for (let node = 0; node < graph.size; node++) {
        if (goes[node] === 1 || !graph.isThere(node)) continue;
        const nar = graph.nar(node);
        if (nar !== undefined && narGoes[nar] === 1) return true;
        for (const other of graph.references(node)) if (goes[other] === 1) return true;
    }
    return false;
}
