/**
 * Works on items, so many at the same time, and waits for all of them. Of a
 * stream no more than that many are in memory.
 *
 * @throws the first error, when no work is under way any more; after one, no more is begun
 */
export async function forEachAtOnce<Item>(
    items: AsyncIterable<Item> | Iterable<Item>,
    width: number,
    work: (item: Item) => Promise<void>,
): Promise<void> {
    // The workers share it: a generator takes its callers one after the other.
    const iterator = iteratorOf(items);
    let broken = false;
    const worker = async () => {
        while (!broken) {
            try {
                const next = await iterator.next();
                if (next.done === true) return;
                await work(next.value);
            } catch (error) {
                broken = true;
                throw error;
            }
        }
    };
    const ended = await Promise.allSettled(Array.from({ length: width }, worker));
    const failed = ended.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
}

/** As {@link forEachAtOnce}. @returns results in the items' order */
export async function mapAtOnce<Item, Result>(
    items: readonly Item[],
    width: number,
    work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
    const results: Result[] = [];
    await forEachAtOnce(items.entries(), width, async ([index, item]) => {
        results[index] = await work(item);
    });
    return results;
}

function iteratorOf<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncIterator<Item> | Iterator<Item> {
    return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}
