import { watch } from "node:fs";

/**
 * Waits until something changes in a folder, at most so long. Where the system
 * does not tell of changes (some network file systems), it waits that long.
 */
export async function waitForChange(folder: string, atMostMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
        const done = () => {
            clearTimeout(timer);
            watcher?.close();
            resolve();
        };
        const timer = setTimeout(done, atMostMs);
        const watcher = watched(folder, done);
    });
}

function watched(folder: string, done: () => void) {
    try {
        return watch(folder, done).on("error", () => undefined);
    } catch {
        // No more watches to be had: the pause alone will do.
        return undefined;
    }
}
