import { UserError } from "../cache/problem.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { writeMetrics } from "../system/metrics.ts";
import { asOwner } from "../system/asOwner.ts";
import { queueFolder, queueLimit, type PushOptions } from "../push/options.ts";
import { Queue } from "../push/queue.ts";
import { report, reportLines, reportMetrics, type Report } from "../push/report.ts";
import { isSystemError, systemWords } from "../system/systemError.ts";

/**
 * `nix-cache queue`
 *
 * @throws UserError when the queue cannot be read
 */
export function queue(
    options: PushOptions & { json?: boolean | undefined; metrics?: string | undefined },
): ExitStatus {
    const folder = queueFolder(options);
    const limit = queueLimit(options);
    const the = new Queue(folder);
    const { again, now } = inWords(() => {
        // A mistake is to be told from a queue in which nothing was put yet.
        the.isThere();
        return asOwner(the.own, () => look(the, folder, limit, options.retry === true));
    });
    if (again !== undefined && options.json !== true) console.log(`queued again: ${again}`);
    if (options.metrics !== undefined) writeMetrics(options.metrics, reportMetrics(now, new Date()));
    console.log(options.json === true ? JSON.stringify(now) : reportLines(now).join("\n"));
    return EXIT.ok;
}

function look(the: Queue, folder: string, limit: number, retry: boolean): { again?: number; now: Report } {
    const again = retry ? the.retry() : undefined;
    return { ...(again === undefined ? {} : { again }), now: report(the, folder, limit) };
}

/** What the system refuses, in one line. */
export function inWords<Result>(work: () => Result): Result {
    try {
        return work();
    } catch (error) {
        throw isSystemError(error) ? new UserError(systemWords(error)) : error;
    }
}
