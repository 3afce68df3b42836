import { hashOf } from "./doomed.ts";

/** A path with the names, or the hashes, of what it refers to. */
interface Referring {
    readonly references: readonly string[];
}

/**
 * Paths in the order of their removal: who refers to others before those, so that
 * no host finds one of them without what it refers to. Narinfos that refer to one
 * another in a circle, which nobody can have pushed from a store, come in any order.
 *
 * @param all by the hashes of their paths
 */
export function referrersFirst<One extends Referring>(all: ReadonlyMap<string, One>): One[] {
    const begun = new Set<One>();
    const ended: One[] = [];
    for (const start of all.values()) {
        // Not recursive: a chain can be thousands of paths long.
        const stack: { readonly one: One; readonly isEnd: boolean }[] = [{ one: start, isEnd: false }];
        for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
            const { one, isEnd } = at;
            if (isEnd) ended.push(one);
            else if (!begun.has(one)) {
                begun.add(one);
                stack.push({ one, isEnd: true });
                for (const name of one.references) {
                    const other = all.get(hashOf(name));
                    if (other !== undefined && !begun.has(other)) stack.push({ one: other, isEnd: false });
                }
            }
        }
    }
    return ended.reverse();
}
