import type { ObjectKind } from "../cache/objectKind.ts";
import { baseName } from "../cache/storePath.ts";
import type { Cache } from "../s3/bucket.ts";
import type { ListedObject } from "../s3/listing.ts";
import { CacheGraph } from "./cacheGraph.ts";
import { pinnedRoots } from "./roots.ts";
import { scan } from "./scan.ts";

/** Kinds of objects that no trim removes, since nobody can make them again from a store. */
const FIXED: readonly ObjectKind[] = ["pin", "own", "other"];

/** What is in a cache, as far as it matters for what can go. */
export interface Survey {
    readonly graph: CacheGraph;
    /** Bytes of what is never removed: pins, the stack's own, what is none of a cache's objects. */
    readonly fixed: number;
    readonly pins: Pins;
}

/** What pins name. */
export interface Pins {
    /** How many keep something. */
    readonly count: number;
    /** Full store paths, each once. */
    readonly roots: readonly string[];
    /** Objects in the place of pins that are none. */
    readonly unreadable: readonly string[];
}

/**
 * Looks at all that is in a cache, each narinfo among it.
 *
 * @param onNarinfo told of each that was read
 * @throws ServerError when the server does not answer, or refuses: what was not read cannot be spared
 */
export async function survey(cache: Cache, onNarinfo: () => void): Promise<Survey> {
    const graph = new CacheGraph();
    let fixed = 0;
    await scan(cache, {
        object: (object, kind) => {
            if (FIXED.includes(kind)) fixed += object.size;
            else graph.object(object, kind);
        },
        narinfo: (object, found) => {
            graph.narinfo(object, found);
            onNarinfo();
        },
    });
    return { graph, fixed, pins: await readPins(cache) };
}

/** What pins name at this moment. */
export async function readPins(cache: Cache): Promise<Pins> {
    const unreadable: string[] = [];
    const { pinned, pins } = await pinnedRoots(cache, new Date(), (name) => unreadable.push(name));
    return { count: pins, roots: [...pinned.keys()], unreadable };
}

/** The nodes of some store paths; what nothing names is missing. */
export function nodesOf(graph: CacheGraph, paths: readonly string[]): number[] {
    return paths.flatMap((path) => graph.find(baseName(path).slice(0, 32)) ?? []);
}

/**
 * Looks again, and enters what was written or renewed since: of the narinfos,
 * only those are read.
 *
 * @returns their nodes
 */
export async function whatIsNew(cache: Cache, graph: CacheGraph): Promise<number[]> {
    const fresh = new Set<string>();
    const isNew = ({ key, modified }: ListedObject) => {
        const node = graph.find(key.slice(0, 32));
        return node === undefined || !graph.isPath(node) || graph.time(node) !== modified.getTime();
    };
    await scan(cache, {
        object: (object, kind) => {
            if (kind === "nar") graph.object(object, kind);
        },
        wanted: isNew,
        narinfo: (object, found) => {
            graph.narinfo(object, found);
            if (found.kind !== "gone") fresh.add(object.key.slice(0, 32));
        },
    });
    return [...fresh].flatMap((hash) => graph.find(hash) ?? []);
}
