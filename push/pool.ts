/**
 * Does something for each item, so many at the same time, and waits for all.
 *
 * @returns results in the items' order
 * @throws the first error, when no work is under way any more; after one, no more is begun
 */
export async function mapAtOnce<Item, Result>(
    items: readonly Item[],
    width: number,
    work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
    const results: Result[] = [];
    const queue = items.entries();
    let broken = false;
    const worker = async () => {
        for (const [index, item] of queue) {
            if (broken) return;
            try {
                results[index] = await work(item);
            } catch (error) {
                broken = true;
                throw error;
            }
        }
    };
    const ended = await Promise.allSettled(Array.from({ length: width }, worker));
    const failed = ended.find((end) => end.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    return results;
}
