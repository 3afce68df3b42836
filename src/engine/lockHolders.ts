import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LockOwner } from "./engineRecords.ts";

/** Who holds one of a stack's locks. */
export interface Holder extends LockOwner {
    /** URL of the lock. */
    readonly lock: string;
    readonly user: string;
    /** Whether a Pulumi of that number runs here, under a host's name as the lock's. */
    readonly looksAlive: boolean;
}

/** The holders of the stack's locks, as Pulumi says it where it stops at them (checkForLock in its backend/diy/lock.go). */
export function lockHolders(output: string): Holder[] {
    const found = output.matchAll(/(\S+): created by (\S+)@(\S+) \(pid (\d+)\) at (\S+)/g);
    return [...found].map(([, lock = "", user = "", host = "", pid, at = ""]) => ({
        lock,
        user,
        host,
        pid: Number(pid),
        at: new Date(at),
        looksAlive: host === hostname() && isPulumi(Number(pid)),
    }));
}

/**
 * What Pulumi would say of a stack's locks in a file backend, if it stopped at them now; undefined where there are none.
 *
 * @param root the backend's folder
 */
export function locksIn(root: string, project: string, stack: string): string | undefined {
    const folder = join(root, ".pulumi", "locks", "organization", project, stack.split("/").at(-1) ?? stack);
    const lines = names(folder)
        .filter((name) => name.endsWith(".json"))
        .flatMap((name) => {
            const lock = read(join(folder, name));
            if (lock === undefined || !isOneWord(lock.username) || !isOneWord(lock.hostname)) return [];
            const url = pathToFileURL(join(folder, name)).href;
            return [
                `${url}: created by ${lock.username}@${lock.hostname} (pid ${lock.pid}) at ${lock.timestamp}`,
            ];
        });
    return lines.length === 0 ? undefined : `error: the stack is currently locked\n${lines.join("\n")}`;
}

interface LockFile {
    readonly pid: number;
    readonly username: string;
    readonly hostname: string;
    readonly timestamp: string;
}

function read(file: string): LockFile | undefined {
    try {
        return JSON.parse(readFileSync(file, "utf8")) as LockFile;
    } catch {
        // It was given back in between, or is being written: Pulumi itself looks next.
        return undefined;
    }
}

/** With a line end in it, a name would be a line of its own, of another lock in another place. */
function isOneWord(name: unknown): boolean {
    return typeof name === "string" && /^[^\s@\p{Cc}]+$/u.test(name);
}

function names(folder: string): string[] {
    try {
        return readdirSync(folder);
    } catch {
        return [];
    }
}

/** One that has ended but was not waited for, or another program, does not count. */
function isPulumi(pid: number): boolean {
    try {
        if (process.platform === "linux")
            return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi");
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}
