import { takeProcessLock } from "../system/processLock.ts";

/**
 * Makes this process the only one that works a queue, until it ends.
 *
 * @param file holds the process's number
 * @throws UserError when another works it
 */
export async function lockQueue(file: string): Promise<void> {
    await takeProcessLock(file, (holder) => `another nix-cache push works this queue (${holder})`);
}

/**
 * Makes this process the only one that watches the store for a queue.
 *
 * @throws UserError when another does
 */
export async function lockWatch(file: string): Promise<void> {
    await takeProcessLock(file, (holder) => `another nix-cache watch fills this queue (${holder})`);
}
