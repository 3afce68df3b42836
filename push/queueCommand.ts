import { EXIT, type ExitStatus } from "../ops/exitStatus.ts";
import { writeMetrics } from "../ops/metrics.ts";
import { queueFolder, queueLimit, type PushOptions } from "./options.ts";
import { Queue } from "./queue.ts";
import { report, reportLines, reportMetrics } from "./report.ts";

/** `nix-cache queue` */
export function queue(
    options: PushOptions & { json?: boolean | undefined; metrics?: string | undefined },
): ExitStatus {
    const folder = queueFolder(options);
    const the = new Queue(folder);
    if (options.retry === true) {
        const count = the.retry();
        if (options.json !== true) console.log(`queued again: ${count}`);
    }
    const now = report(the, folder, queueLimit(options));
    if (options.metrics !== undefined) writeMetrics(options.metrics, reportMetrics(now, new Date()));
    console.log(options.json === true ? JSON.stringify(now) : reportLines(now).join("\n"));
    return EXIT.ok;
}
