/** How work in the order of a graph ended. */
export interface Ended<Item> {
    /** Items whose work was done. */
    readonly done: ReadonlySet<Item>;
    /** Items whose work failed, or who need one of these, with the error. */
    readonly failed: ReadonlyMap<Item, Error>;
    /** The error that ended all work: what is in neither of the two was not begun. Default: none did. */
    readonly fatal?: Error;
}

/** What work in the order of a graph needs. */
export interface Graph<Item> {
    /** Each after all that it needs. */
    readonly items: readonly Item[];
    /** Those whose work must be done before an item's; what is not among the items is passed over. */
    readonly needs: (item: Item) => Iterable<Item>;
    readonly work: (item: Item) => Promise<void>;
    /** Number of the lane that an item's work is done in. */
    readonly lane: (item: Item) => number;
    /** How many are worked on at the same time in each lane. */
    readonly widths: readonly number[];
    /** Whether an error ends all work. Others keep those alone who need what failed. */
    readonly isFatal: (error: Error) => boolean;
    /** Told of an item as soon as its work is done. Default: nobody is. */
    readonly onDone?: (item: Item) => void;
}

/** What is ready in a lane. */
interface Lane<Item> {
    readonly width: number;
    readonly ready: Item[];
    next: number;
    active: number;
}

/**
 * Works on items, each after those that it needs, and otherwise many at once.
 * In time linear in the items and what they need.
 *
 * @returns when nothing is under way any more
 * @throws what `onDone` throws
 */
export function afterOthers<Item>(graph: Graph<Item>): Promise<Ended<Item>> {
    const lanes = graph.widths.map((width): Lane<Item> => ({ width, ready: [], next: 0, active: 0 }));
    const known = new Set(graph.items);
    const waitFor = new Map<Item, number>();
    const neededBy = new Map<Item, Item[]>();
    const getReady = (item: Item) => lanes[graph.lane(item)]?.ready.push(item);
    for (const item of graph.items) {
        const needs = [...new Set(graph.needs(item))].filter((need) => need !== item && known.has(need));
        for (const need of needs) {
            const others = neededBy.get(need);
            if (others === undefined) neededBy.set(need, [item]);
            else others.push(item);
        }
        if (needs.length === 0) getReady(item);
        else waitFor.set(item, needs.length);
    }
    const done = new Set<Item>();
    const failed = new Map<Item, Error>();
    let fatal: Error | undefined;

    const fail = (first: Item, error: Error) => {
        const all = [first];
        for (let item = all.pop(); item !== undefined; item = all.pop()) {
            if (failed.has(item)) continue;
            failed.set(item, error);
            for (const other of neededBy.get(item) ?? []) all.push(other);
        }
        if (graph.isFatal(error)) fatal ??= error;
    };
    const release = (item: Item) => {
        done.add(item);
        graph.onDone?.(item);
        for (const other of neededBy.get(item) ?? []) {
            const left = (waitFor.get(other) ?? 0) - 1;
            waitFor.set(other, left);
            if (left === 0) getReady(other);
        }
    };
    return new Promise((resolve, reject) => {
        const begin = (lane: Lane<Item>, item: Item) => {
            lane.active++;
            graph
                .work(item)
                .then(
                    () => release(item),
                    (thrown: unknown) =>
                        fail(item, thrown instanceof Error ? thrown : new Error(String(thrown))),
                )
                // What onDone throws is nobody's work.
                .catch((error: unknown) => {
                    fatal ??= error as Error;
                    reject(fatal);
                })
                .finally(() => {
                    lane.active--;
                    go();
                });
        };
        const go = () => {
            for (const lane of lanes) {
                while (fatal === undefined && lane.active < lane.width && lane.next < lane.ready.length) {
                    const item = lane.ready[lane.next++] as Item;
                    if (!failed.has(item)) begin(lane, item);
                }
            }
            if (lanes.some(({ active }) => active > 0)) return;
            resolve({ done, failed, ...(fatal === undefined ? {} : { fatal }) });
        };
        go();
    });
}
