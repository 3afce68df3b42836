/**
 * Works on the items of a stream, so many at the same time, and waits for all
 * of them. No more than that many are in memory.
 *
 * @throws the first error of any of them, after the others have ended
 */
export async function forEachAtOnce<Item>(
    items: AsyncIterable<Item>,
    width: number,
    work: (item: Item) => Promise<void>,
): Promise<void> {
    const iterator = items[Symbol.asyncIterator]();
    // A generator takes its callers one after the other, so the workers can share it.
    const worker = async () => {
        for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
            await work(next.value);
    };
    const ended = await Promise.allSettled(Array.from({ length: width }, worker));
    const failed = ended.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
}
