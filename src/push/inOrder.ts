import { byTurn, type Entry } from "./entry.ts";

/** So many paths are in memory, and in the order of their turns, at the same time. */
const CHUNK = 10_000;

/** Finds an entry by its file's name; undefined: it waits no more. */
export type Find = (name: string) => Entry | undefined;

/**
 * All that waits, whoever may be tried first before the others. Of a queue with
 * more than {@link CHUNK} paths, that is so within each part of the folder:
 * sorting all of it would take as much memory as there are paths.
 */
export function* inOrder(names: Iterator<string>, find: Find, chunk = CHUNK): Generator<Entry> {
    for (;;) {
        const some: Entry[] = [];
        while (some.length < chunk) {
            const next = names.next();
            if (next.done === true) break;
            const entry = find(next.value);
            if (entry !== undefined) some.push(entry);
        }
        if (some.length === 0) return;
        some.sort(byTurn);
        // They are a while in coming; meanwhile one may be gone, or have become due.
        for (const { path } of some) {
            const entry = find(path.slice(path.lastIndexOf("/") + 1));
            if (entry !== undefined) yield entry;
        }
    }
}
