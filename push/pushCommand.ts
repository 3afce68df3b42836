import { constants } from "node:os";
import { mkdirSync, rmSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import { EXIT, type ExitStatus } from "../ops/exitStatus.ts";
import { lockQueue } from "./lock.ts";
import { requireNix } from "./nix.ts";
import { pushSettings, queueFolder, type PushOptions } from "./options.ts";
import { Queue } from "./queue.ts";
import { readSettings } from "./settings.ts";
import { readState } from "./state.ts";
import { Worker } from "./worker.ts";

/**
 * `nix-cache push`: works the queue until it is empty, with `--once` each path
 * once, with `--watch` for ever.
 *
 * @throws UserError when a file cannot be read or does not fit, or another push works this queue
 */
export async function push(options: PushOptions): Promise<ExitStatus> {
    if (options.watch === true && options.once === true)
        throw new UserError("it is --watch or --once, not both");
    const settings = readSettings(pushSettings(options));
    await requireNix(settings.nix);
    const queue = new Queue(queueFolder(options));
    // Locks and children end with this process, so a signal must become an exit.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => process.exit(128 + constants.signals[signal]));
    await lockQueue(queue.lock);
    cleanUp(queue.work);

    const mode = options.watch === true ? "watch" : options.once === true ? "once" : "empty";
    await new Worker(queue, settings, (line) => console.log(line)).work(mode);

    if (queue.list().length > 0)
        return readState(queue).outageSince === undefined ? EXIT.failed : EXIT.unreachable;
    return queue.failed().length > 0 ? EXIT.failed : EXIT.ok;
}

/** Removes what one left behind that was killed; what its Nix still writes to goes the next time. */
function cleanUp(folder: string): void {
    try {
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
        console.error(`nix-cache: ${error instanceof Error ? error.message : String(error)}`);
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
}
