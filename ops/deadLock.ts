import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { UserError } from "../cache/problem.ts";
import { askPulumi, PulumiError } from "./pulumi.ts";
import { stackArguments, type Target } from "./target.ts";

/**
 * Does something that takes Pulumi's lock on the stack. A Pulumi that was
 * killed leaves its lock behind in a file backend, and every later run would
 * stop at it: a lock of this machine whose process is gone is nobody's, so it
 * is removed, and the work is done again.
 */
export async function pastDeadLock<Result>(target: Target, work: () => Promise<Result>): Promise<Result> {
    try {
        return await work();
    } catch (error) {
        if (!(error instanceof PulumiError)) throw error;
        const holders = lockHolders(error.output);
        if (holders.length === 0) throw error;
        const alive = holders.find(({ host, pid }) => host !== hostname() || isAlive(pid));
        if (alive !== undefined) {
            const elsewhere = alive.host === hostname() ? "" : `, or pulumi cancel if ${alive.host} is gone`;
            throw new UserError(
                `the stack is in use: Pulumi of ${alive.user}@${alive.host} (process ${alive.pid}) works on it; wait for it, and run this again${elsewhere}`,
                { cause: error },
            );
        }
        await askPulumi(target.folder, ["cancel", "--yes", ...stackArguments(target)]);
        return await work();
    }
}

interface Holder {
    readonly user: string;
    readonly host: string;
    readonly pid: number;
}

/** Who holds the stack's locks, as Pulumi says it where it stops at them. */
function lockHolders(output: string): Holder[] {
    const found = output.matchAll(/created by (\S+)@(\S+) \(pid (\d+)\)/g);
    return [...found].map(([, user = "", host = "", pid]) => ({ user, host, pid: Number(pid) }));
}

/** Whether a Pulumi of that number runs here. One that has ended but was not waited for, or another program, does not count. */
function isAlive(pid: number): boolean {
    try {
        if (existsSync("/proc/self")) return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}
