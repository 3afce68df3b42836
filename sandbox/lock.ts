import { takeProcessLock } from "../toolchain/processLock.ts";

/**
 * Makes this process the only start, stop or clean of the sandbox, until it ends.
 *
 * @throws UserError when another is at work
 */
export function takeLock(file: string): Promise<void> {
    return takeProcessLock(file, {
        isHolder: (processArguments) => /sandbox\/\w+\.ts/.test(processArguments),
        refused: (pid) => `another npm start, stop or clean is at work here (process ${pid}); wait for it`,
    });
}
