import { takeProcessLock } from "../src/system/processLock.ts";

/**
 * Makes this process the only start, stop or clean of the sandbox, until it ends.
 *
 * @throws UserError when another is at work
 */
export async function takeLock(file: string): Promise<void> {
    await takeProcessLock(
        file,
        (holder) => `another npm start, stop or clean is at work here (${holder}); wait for it`,
    );
}
