import { constants } from "node:os";
import { printable, UserError } from "../cache/problem.ts";
import { command, type Given } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { refuseOthers } from "../system/asOwner.ts";
import { isSystemError, systemWords } from "../system/systemError.ts";
import { requireNix } from "../store/nix.ts";
import { storeFolder } from "../store/storePlace.ts";
import { Incoming } from "../push/incoming.ts";
import { lockWatch } from "../push/lock.ts";
import { UPSTREAM_KEY, upstreamKeyNames } from "../push/filterOptions.ts";
import { STORE, storeUrl } from "../push/options.ts";
import { Queue } from "../push/queue.ts";
import { LIMIT, QUEUE, queueFolder, queueLimit } from "../push/queuePlace.ts";
import { DEFAULTS } from "../push/settings.ts";
import { StoreWatch } from "../push/storeWatch.ts";

const OPTIONS = {
    once: { type: "boolean", help: "queues what came since the last time, and ends, as from cron" },
    ...UPSTREAM_KEY,
    ...STORE,
    ...QUEUE,
    ...LIMIT,
} as const;

export default command({
    summary: "queues what becomes valid in the store, where Nix runs no hook",
    options: OPTIONS,
    ends: [[EXIT.failed, "refused, or not all was queued; the message says what to do"]],
    anywhere: true,
    run: (_, options) => watch(options),
});

/**
 * `nix-cache watch`: goes on for ever, with `--once` until all is queued that came
 * since the last time.
 *
 * @throws UserError when the store or the queue cannot be read, or another watches for this queue
 */
async function watch(options: Given<typeof OPTIONS>): Promise<ExitStatus> {
    const store = storeUrl(options);
    const nix = store === undefined ? {} : { store };
    requireNix(nix);
    const paths = storeFolder(nix);
    if (paths === undefined)
        throw new UserError(`the store ${store ?? ""} has no folder on this machine that could be watched`);
    const folder = queueFolder(options);
    const queue = new Queue(folder);
    // Locks and children end with this process, so a signal must become an exit.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.once(signal, () => process.exit(128 + constants.signals[signal]));
    try {
        refuseOthers(queue.own);
        queue.make();
        await lockWatch(queue.watch.lock);
        const watching = new StoreWatch(new Incoming(folder), {
            nix,
            folder: paths,
            upstreamKeys: upstreamKeyNames(options) ?? DEFAULTS.upstreamKeys,
            limit: queueLimit(options),
            mark: queue.watch.mark,
            say: (line) => console.log(printable(line)),
        });
        if (options.once !== true) return await watching.watch();
        return (await watching.once()) ? EXIT.ok : EXIT.failed;
    } catch (error) {
        throw isSystemError(error) ? new UserError(systemWords(error)) : error;
    }
}
