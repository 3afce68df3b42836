import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How many times the lock was taken, and what happened meanwhile. */
export interface Rounds {
    readonly rounds: number;
    /** Contenders that were killed, or killed themselves while they held the lock. */
    readonly killed: number;
    /** Holders of those that died while they held it. */
    readonly killedHolders: number;
    /** Times when one went on though another had the lock: there must be none. */
    readonly overlaps: readonly string[];
}

const CONTENDER = join(import.meta.dirname, "contender.ts");

/**
 * Lets processes contend for one lock and kills them at random.
 *
 * @param folder for the lock and the log
 * @throws Error when for 60 s nobody takes the lock
 */
export async function lockRounds(folder: string, rounds: number, contenders: number): Promise<Rounds> {
    const log = join(folder, "log");
    writeFileSync(log, "");
    const running = new Map<string, ChildProcess>();
    const killed = new Set<string>();
    const unexpected: string[] = [];
    let named = 0;
    let over = false;
    const start = () => {
        const name = `c${++named}`;
        const child = spawn(process.execPath, [CONTENDER, join(folder, "lock"), log, name], {
            stdio: ["ignore", "ignore", "inherit"],
        });
        running.set(name, child);
        child.on("exit", (status, signal) => {
            running.delete(name);
            if (signal === "SIGKILL") killed.add(name);
            else unexpected.push(`${name} ended with ${String(status ?? signal)}`);
            if (!over) start();
        });
    };
    const fd = openSync(log, "r");
    // Only what is new is read: the log grows with every round.
    const newIn = () => {
        let count = 0;
        for (const part = Buffer.alloc(64 * 1024); ;) {
            const length = readSync(fd, part);
            if (length === 0) return count;
            count += part.toString("latin1", 0, length).split("i").length - 1;
        }
    };
    for (let count = 0; count < contenders; count++) start();
    try {
        let seen = { taken: 0, at: Date.now() };
        const anyone = () => [...running.values()][Math.floor(Math.random() * running.size)];
        while (seen.taken < rounds && unexpected.length === 0) {
            // Held up where it happens to be, as on a busy machine: between a look and what follows from it, too.
            const slow = anyone();
            slow?.kill("SIGSTOP");
            await sleep(Math.random() * 6);
            slow?.kill("SIGCONT");
            if (Math.random() < 0.03) anyone()?.kill("SIGKILL");
            const taken = seen.taken + newIn();
            if (taken > seen.taken) seen = { taken, at: Date.now() };
            else if (Date.now() - seen.at > 60_000) throw new Error("for 60 s nobody has taken the lock");
        }
    } finally {
        over = true;
        closeSync(fd);
        for (const child of running.values()) child.kill("SIGKILL");
        while (running.size > 0) await sleep(10);
    }
    if (unexpected.length > 0) throw new Error(unexpected.join("; "));
    return judge(readFileSync(log, "utf8"), killed);
}

/** Reads the log: from one's `in` to its `out` all lines are its own, or it was killed and writes no more. */
export function judge(log: string, killed: ReadonlySet<string>): Rounds {
    let holder: string | undefined;
    let rounds = 0;
    const cutOff = new Set<string>();
    const overlaps: string[] = [];
    for (const [number, line] of log.split("\n").entries()) {
        const [what = "", name = ""] = line.split(" ");
        if (name === "") continue;
        if (what === "in") {
            rounds++;
            if (holder !== undefined) cutOff.add(holder);
            if (holder !== undefined && !killed.has(holder))
                overlaps.push(`line ${number + 1}: ${name} got what ${holder} holds`);
            holder = name;
        } else if (name !== holder) {
            overlaps.push(`line ${number + 1}: ${name} goes on, and ${holder ?? "nobody"} holds it`);
        } else if (what === "out") holder = undefined;
    }
    return { rounds, killed: killed.size, killedHolders: cutOff.size, overlaps };
}
