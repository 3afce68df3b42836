import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
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
        if (!(error instanceof PulumiError) || !isDeadLock(error.output)) throw error;
        await askPulumi(target.folder, ["cancel", "--yes", ...stackArguments(target)]);
        return await work();
    }
}

/** Whether Pulumi says that the stack is locked, and every lock it names is of a process here that is gone. */
function isDeadLock(output: string): boolean {
    const holders = [...output.matchAll(/created by \S+@(\S+) \(pid (\d+)\)/g)];
    return (
        holders.length > 0 && holders.every(([, host, pid]) => host === hostname() && !isAlive(Number(pid)))
    );
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
