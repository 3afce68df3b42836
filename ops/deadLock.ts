import { existsSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { fileURLToPath } from "node:url";
import { UserError } from "../cache/problem.ts";
import { askPulumi, PulumiError } from "./pulumi.ts";
import { stackArguments, type Target } from "./target.ts";

/**
 * Does something that takes Pulumi's lock on the stack. A Pulumi that was
 * killed leaves its lock behind in a file backend, and every later run would
 * stop at it: a lock of this machine whose process is gone is nobody's, so it
 * is removed, and the work is done again.
 *
 * In a file backend that lock alone: `pulumi cancel` removes all, and with them
 * the one of a run that has passed the same dead lock a moment before.
 *
 * @throws UserError when somebody else works on the stack, or the lock cannot be removed
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
        if (holders.every(({ lock }) => lock.startsWith("file://")))
            holders.forEach(({ lock }) => removeFile(lock));
        else await askPulumi(target.folder, ["cancel", "--yes", ...stackArguments(target)]);
        return await pastDeadLock(target, work);
    }
}

function removeFile(lock: string): void {
    const file = fileURLToPath(lock);
    try {
        for (const part of [file, `${file}.attrs`]) rmSync(part, { force: true });
    } catch (error) {
        throw new UserError(
            `the lock of a Pulumi that is gone cannot be removed: ${(error as Error).message}; remove ${file}`,
            { cause: error },
        );
    }
}

interface Holder {
    /** URL of the lock. */
    readonly lock: string;
    readonly user: string;
    readonly host: string;
    readonly pid: number;
}

/** Who holds the stack's locks, as Pulumi says it where it stops at them. */
function lockHolders(output: string): Holder[] {
    const found = output.matchAll(/(\S+): created by (\S+)@(\S+) \(pid (\d+)\)/g);
    return [...found].map(([, lock = "", user = "", host = "", pid]) => ({
        lock,
        user,
        host,
        pid: Number(pid),
    }));
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
