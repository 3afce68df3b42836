import { takeProcessLock } from "../toolchain/processLock.ts";

/**
 * Makes this process the only one that works a queue, until it ends.
 *
 * @param file holds the process's number
 * @throws UserError when another works it
 */
export function lockQueue(file: string): Promise<void> {
    return takeProcessLock(file, {
        isHolder: (processArguments) => /\bpush\b/.test(processArguments),
        refused: (pid) => `another nix-cache push works this queue (process ${pid})`,
    });
}
