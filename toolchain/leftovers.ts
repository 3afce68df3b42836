import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** No build or download takes as long, so what is older was left by a run that was killed. */
const DAY_MS = 24 * 60 * 60 * 1000;
/** Logs that are kept: some runs of every tool. */
const LOGS = 10;

/** Removes the unfinished folders of runs that were killed more than a day ago from the cache folder. */
export function removeUnfinished(cache: string, now = Date.now()): void {
    for (const name of readdirSync(cache)) {
        if (!/^(node-)?making-/.test(name)) continue;
        const folder = join(cache, name);
        if (now - modified(folder) > DAY_MS) rmSync(folder, { recursive: true, force: true });
    }
}

/** Removes all logs but the newest. */
export function removeOldLogs(logs: string): void {
    readdirSync(logs)
        .map((name) => join(logs, name))
        .sort((a, b) => modified(b) - modified(a))
        .slice(LOGS)
        .forEach((file) => rmSync(file, { force: true }));
}

/** 0 where it has gone in between. */
function modified(path: string): number {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
