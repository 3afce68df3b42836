import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "../cache/problem.ts";
import { shellWord } from "../hosts/quoting.ts";
import { isYes } from "../system/confirm.ts";
import { fateOf } from "./engineRecords.ts";
import { lockHolders, type Holder } from "./lockHolders.ts";
import { askPulumi, PulumiError } from "./pulumi.ts";
import type { NamedTarget } from "./target.ts";

/** How a lock is met. */
export interface LockOptions {
    /** Seconds to wait for an engine that runs: that of a command that was killed comes to its end. Default: 0. */
    readonly waitSeconds?: number;
    /** What comes before `pulumi` in a command that the user is told. Default: nothing. */
    readonly shell?: string;
}

/**
 * Does something that takes Pulumi's lock on the stack. A Pulumi that was
 * killed leaves its lock behind in a file backend, and every later run would
 * stop at it.
 *
 * The lock is removed, and the work done again, where a note of ours proves
 * that the process which made it has ended (src/engine/engineRecords.ts). Its host's
 * name and its process id prove nothing: two containers that share the state
 * may have the same name, and each counts its own processes. At a terminal, the
 * person is asked then; elsewhere the command is named that removes it.
 *
 * In a file backend it is that lock alone: `pulumi cancel` removes all, and with
 * them the one of a run that has passed the same dead lock a moment before. So
 * on another backend it is always a person who says so.
 *
 * @throws UserError when somebody else works on the stack, or the lock cannot be removed
 */
export async function pastDeadLock<Result>(
    target: NamedTarget,
    work: () => Promise<Result>,
    options: LockOptions = {},
): Promise<Result> {
    const end = Date.now() + (options.waitSeconds ?? 0) * 1000;
    for (;;) {
        try {
            return await work();
        } catch (error) {
            if (!(error instanceof PulumiError)) throw error;
            const holders = lockHolders(error.output);
            if (holders.length === 0) throw error;
            const running = holders.find(isRunning);
            if (running === undefined) await remove(target, holders, options);
            else if (Date.now() < end) await sleep(500);
            else {
                throw new UserError(
                    `the stack is in use: Pulumi of ${nameOf(running)} works on it; wait for it, and run this again`,
                    { cause: error },
                );
            }
        }
    }
}

/** A process with its number that is a Pulumi counts, whether or not it is proven to be the one. */
function isRunning(holder: Holder): boolean {
    const fate = fateOf(holder);
    return fate === "running" || (fate === "unknown" && holder.looksAlive);
}

async function remove(
    target: NamedTarget,
    holders: readonly Holder[],
    { shell = "" }: LockOptions,
): Promise<void> {
    const inFiles = holders.every(({ lock }) => lock.startsWith("file://"));
    const unproven = holders.filter((holder) => fateOf(holder) !== "ended");
    for (const holder of inFiles ? unproven : holders) await askAbout(target, holder, shell);
    if (inFiles) holders.forEach(({ lock }) => removeFile(lock));
    else await askPulumi(target.folder, ["cancel", "--yes", "--stack", target.stack]);
}

async function askAbout({ stack }: { readonly stack: string }, holder: Holder, shell: string): Promise<void> {
    const since = `Pulumi of ${nameOf(holder)} has locked the stack since ${holder.at.toISOString().replace(".000Z", "Z")}`;
    const unsure = "whether that still runs cannot be told from here";
    if (process.stdin.isTTY && process.stderr.isTTY) {
        process.stderr.write(`${since};\n${unsure}\n`);
        if (await isYes("is it gone, and shall its lock be removed?")) return;
    }
    throw new UserError(
        `${since}, and ${unsure}; wait for it, or, if it is gone: ${shell}pulumi cancel --yes --stack ${shellWord(stack)}`,
    );
}

function nameOf({ user, host, pid }: Holder): string {
    return `${user}@${host} (process ${pid})`;
}

/** Its name comes from what Pulumi has printed, and that from a file that others may have written. */
const LOCK_FILE = /\/\.pulumi\/locks\/[^\0]+\.json$/;

function removeFile(lock: string): void {
    const file = resolve(fileURLToPath(lock));
    if (!LOCK_FILE.test(file)) throw new UserError(`${file} is no lock of Pulumi's, and was left as it is`);
    try {
        for (const part of [file, `${file}.attrs`]) rmSync(part, { force: true });
    } catch (error) {
        throw new UserError(
            `the lock of a Pulumi that is gone cannot be removed: ${(error as Error).message}; remove ${file}`,
            { cause: error },
        );
    }
}
