import { constants } from "node:os";
import { mkdirSync, rmSync } from "node:fs";
import { printable, UserError } from "../cache/problem.ts";
import { ServerError } from "../cache/serverError.ts";
import { asCalled } from "../system/asCalled.ts";
import { refuseOthers } from "../system/asOwner.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { isSystemError, systemWords } from "../system/systemError.ts";
import { oneLine } from "../store/outage.ts";
import { lockQueue } from "./lock.ts";
import { Queue } from "./queue.ts";
import type { Settings } from "./settings.ts";
import { Worker, type Mode, type Worked } from "./worker.ts";

/**
 * Works a queue, as its only worker.
 *
 * @returns a status other than 0 with its reason as the last line on standard error
 * @throws UserError when the queue cannot be read, or another push works it
 */
export async function workQueue(settings: Settings, folder: string, mode: Mode): Promise<ExitStatus> {
    const queue = new Queue(folder);
    // Locks and children end with this process, so a signal must become an exit.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => process.exit(128 + constants.signals[signal]));
    try {
        refuseOthers(queue.own);
        queue.make();
        await lockQueue(queue.lock);
        cleanUp(queue.work);
        const worked = await new Worker(queue, settings, (line) => console.log(printable(line))).work(mode);
        return end(queue, worked);
    } catch (error) {
        throw isSystemError(error) ? new UserError(systemWords(error)) : error;
    }
}

/** Says why not all is well, where it is not. */
function end(queue: Queue, { givenUp, outage }: Worked): ExitStatus {
    const { waiting, reason } = left(queue);
    const why = outage === undefined ? reason : oneLine(outage);
    // What came after the last look was not tried, and is no failure.
    if (waiting > 0 && why !== undefined) {
        tell(`${paths(waiting)} not pushed, and ${waiting === 1 ? "waits" : "wait"}: ${why}`);
        return outage instanceof ServerError ? EXIT.unreachable : EXIT.failed;
    }
    const failed = queue.failed().length;
    if (failed === 0) return EXIT.ok;
    const when = givenUp === 0 ? ", before now" : "";
    tell(
        `${paths(failed)} given up${when}: ${asCalled("queue")} says why, ${asCalled("queue", "--retry")} tries again`,
    );
    return EXIT.failed;
}

function paths(count: number): string {
    return count === 1 ? "1 path was" : `${count} paths were`;
}

/** How much waits, and what went wrong with one of them. */
function left(queue: Queue): { waiting: number; reason: string | undefined } {
    let waiting = 0;
    let reason: string | undefined;
    for (const name of queue.names()) {
        waiting++;
        reason ??= queue.find(name)?.lastError;
    }
    return { waiting, reason };
}

function tell(line: string): void {
    console.error(`nix-cache: ${printable(line)}`);
}

/** Removes what one left behind that was killed; what its Nix still writes to goes the next time. */
function cleanUp(folder: string): void {
    try {
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
        tell(error instanceof Error ? oneLine(error) : String(error));
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
}
