import { PathError } from "../cache/faults.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { afterOthers } from "../system/afterOthers.ts";
import type { CacheGraph } from "./cacheGraph.ts";
import { keepOrder } from "./keepOrder.ts";
import { nodesOf, readPins, whatIsNew } from "./survey.ts";
import type { TrimPlan } from "./trimPlan.ts";

const AT_ONCE = 32;

/** What a trim did. */
export interface Trimmed {
    /** Paths and what else has objects of its own. */
    readonly nodes: number;
    readonly nars: number;
    /** Bytes of what was removed. */
    readonly bytes: number;
    /** What was to go and stays, since it was renewed, pinned or referred to meanwhile. */
    readonly stays: number;
    /** Hashes of paths that were pushed meanwhile, referred to what had gone, and were removed too. */
    readonly pushAgain: readonly string[];
}

/** It is not as it was when it was looked at. */
class Changed extends PathError {}

/**
 * Takes out of a plan what is needed by now: what was pinned or pushed since it
 * was made, with all that it refers to.
 */
export async function stillToGo(
    cache: Cache,
    graph: CacheGraph,
    { nodes, nars }: Pick<TrimPlan, "nodes" | "nars">,
): Promise<Pick<TrimPlan, "nodes" | "nars">> {
    const fresh = await whatIsNew(cache, graph);
    const { roots } = await readPins(cache);
    const { order, spared } = keepOrder(graph, [...nodesOf(graph, roots), ...fresh]);
    const stays = new Set(order.subarray(0, spared));
    const goes = nodes.filter((node) => !stays.has(node));
    const goesSet = new Set(goes);
    const kept = new Set<number>();
    for (const node of order) {
        const nar = graph.nar(node);
        if (nar !== undefined && !goesSet.has(node)) kept.add(nar);
    }
    return { nodes: goes, nars: nars.filter((nar) => !kept.has(nar)) };
}

/**
 * Removes what goes: who refers before what is referred to, narinfos before NARs.
 * At every moment what is left is whole, so that a run which is cut short leaves
 * nothing but NARs that nobody names. What changed meanwhile stays, with all that
 * it refers to.
 *
 * @param onRemoved told of bytes that are gone
 * @throws ServerError when the server does not answer, or refuses
 */
export async function removeInOrder(
    cache: Cache,
    graph: CacheGraph,
    { nodes, nars }: Pick<TrimPlan, "nodes" | "nars">,
    onRemoved: (bytes: number) => void,
): Promise<Omit<Trimmed, "pushAgain">> {
    const referrers = referrersAmong(graph, nodes);
    // NARs are counted below nothing: -1 is the first.
    const items = [...nodes, ...nars.map((nar) => -1 - nar)];
    let bytes = 0;
    const count = (more: number) => {
        bytes += more;
        onRemoved(more);
    };
    const ended = await afterOthers({
        items,
        needs: (item) => referrers.get(item) ?? [],
        lane: () => 0,
        widths: [AT_ONCE],
        isFatal: (error) => !(error instanceof PathError),
        work: async (item) => {
            if (item < 0) {
                const nar = -1 - item;
                await removeUnchanged(cache, [graph.narUrl(nar)], graph.narTime(nar));
                count(graph.narBytes(nar));
                graph.narRemoved(nar);
            } else {
                await removeUnchanged(cache, graph.objects(item), graph.time(item));
                count(graph.bytes(item));
                graph.removed(item);
            }
        },
    });
    if (ended.fatal !== undefined) throw ended.fatal;
    const done = [...ended.done];
    const goneNars = done.filter((item) => item < 0).length;
    return { nodes: done.length - goneNars, nars: goneNars, bytes, stays: ended.failed.size };
}

/** What has to go before each node and NAR does: who refers to it, who names it. */
function referrersAmong(graph: CacheGraph, nodes: readonly number[]): Map<number, number[]> {
    const referrers = new Map<number, number[]>();
    const note = (item: number, referrer: number) => {
        const others = referrers.get(item);
        if (others === undefined) referrers.set(item, [referrer]);
        else others.push(referrer);
    };
    const order = new Map(nodes.map((node, place) => [node, place]));
    for (const [node, place] of order) {
        const nar = graph.nar(node);
        if (nar !== undefined) note(-1 - nar, node);
        for (const other of graph.references(node))
            // References in a circle, which no store has, would wait for each other.
            if ((order.get(other) ?? -1) > place) note(other, node);
    }
    return referrers;
}

/** @throws Changed where the first of the objects is another than the one that was looked at */
async function removeUnchanged(cache: Cache, keys: readonly string[], time: number): Promise<void> {
    const [first = ""] = keys;
    const { status, headers } = await ask(cache, "HEAD", first, { kind: "short" });
    const now = Date.parse(headers["last-modified"] ?? "");
    // The header has whole seconds.
    if (status !== 404 && now !== Math.floor(time / 1000) * 1000)
        throw new Changed(`${first} was written anew meanwhile`);
    for (const key of keys) await ask(cache, "DELETE", key, { kind: "short" });
}

/**
 * Removes paths that were pushed while others were removed, and refer to these:
 * a push that looked just before would leave a closure that is not whole. The
 * path counts as not pushed, and hosts go on to the next cache.
 *
 * @param gone nodes that were removed, and NARs
 * @returns hashes of the paths
 */
export async function removeBroken(
    cache: Cache,
    graph: CacheGraph,
    gone: Pick<TrimPlan, "nodes" | "nars">,
): Promise<string[]> {
    const nodes = new Set(gone.nodes);
    const nars = new Set(gone.nars);
    const removed: string[] = [];
    let fresh = await whatIsNew(cache, graph);
    for (let before = -1; before !== fresh.length;) {
        before = fresh.length;
        for (const node of fresh) {
            const nar = graph.nar(node);
            const lost =
                (nar !== undefined && nars.has(nar) && !graph.isNarThere(nar)) ||
                [...graph.references(node)].some((other) => nodes.has(other) && !graph.isThere(other));
            if (!lost) continue;
            for (const key of graph.objects(node)) await ask(cache, "DELETE", key, { kind: "short" });
            removed.push(graph.name(node));
            graph.removed(node);
            nodes.add(node);
        }
        fresh = fresh.filter((node) => graph.isPath(node));
    }
    return removed;
}
