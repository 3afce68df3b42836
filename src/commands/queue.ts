import { UserError } from "../cache/problem.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { writeMetrics } from "../system/metrics.ts";
import { asOwner } from "../system/asOwner.ts";
import { LIMIT, QUEUE, queueFolder, queueLimit } from "../push/queuePlace.ts";
import { command, type Given } from "../system/command.ts";
import { Queue } from "../push/queue.ts";
import { report, reportLines, reportMetrics, type Report } from "../push/report.ts";
import { isSystemError, systemWords } from "../system/systemError.ts";

const OPTIONS = {
    retry: { type: "boolean", help: "queues again what was given up" },
    metrics: {
        type: "string",
        value: "FILE",
        help: "writes it for Prometheus's textfile collector",
    },
    ...QUEUE,
    ...LIMIT,
} as const;

export default command({
    summary: "what waits to be pushed, since when, and what went wrong",
    options: OPTIONS,
    ends: [EXIT.failed],
    anywhere: true,
    run: (_, options) => queue(options),
});

/**
 * `nix-cache queue`
 *
 * @throws UserError when the queue cannot be read
 */
function queue(options: Given<typeof OPTIONS>): ExitStatus {
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
function inWords<Result>(work: () => Result): Result {
    try {
        return work();
    } catch (error) {
        throw isSystemError(error) ? new UserError(systemWords(error)) : error;
    }
}
