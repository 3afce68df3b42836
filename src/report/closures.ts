import type { CacheGraph } from "../content/cacheGraph.ts";

/** What some paths come to with all that they refer to. */
export interface Walked {
    readonly paths: number;
    readonly bytes: number;
}

/** Adds up closures of a graph, each path and each NAR of a closure once. */
export class Closures {
    private readonly graph: CacheGraph;
    private readonly nodes: Int32Array;
    private readonly nars: Int32Array;
    private walks = 0;
    /** Paths that were visited so far, in all walks. */
    steps = 0;

    constructor(graph: CacheGraph) {
        this.graph = graph;
        this.nodes = new Int32Array(graph.size);
        this.nars = new Int32Array(graph.narCount);
    }

    /** @param each told of each path with the bytes that it adds. Default: nobody is */
    walk(roots: readonly number[], each: (node: number, bytes: number) => void = () => undefined): Walked {
        const { graph, nodes, nars } = this;
        const walk = (this.walks += 1);
        const more: number[] = [];
        const enter = (node: number) => {
            if (nodes[node] === walk || !graph.isPath(node)) return;
            nodes[node] = walk;
            more.push(node);
        };
        let paths = 0;
        let bytes = 0;
        roots.forEach(enter);
        for (let node = more.pop(); node !== undefined; node = more.pop()) {
            const nar = graph.nar(node);
            const isNew = nar !== undefined && nars[nar] !== walk;
            if (isNew) nars[nar] = walk;
            const own = graph.bytes(node) + (isNew ? graph.narBytes(nar) : 0);
            paths += 1;
            bytes += own;
            each(node, own);
            for (const other of graph.references(node)) enter(other);
        }
        this.steps += paths;
        return { paths, bytes };
    }
}
