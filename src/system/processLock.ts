import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../cache/problem.ts";
import { tryKernelLock, type Held } from "./kernelLock.ts";

/** Milliseconds for which contenders that met each other at the same moment go on; a holder stays longer. */
const SETTLE_MS = 400;
const WAIT_MS = 100;

/**
 * Makes this process the only one, until it ends. Whoever held the lock before
 * and is gone (killed, or the machine was restarted) is in nobody's way.
 *
 * @param file says for people which process it is; the lock itself is a lock of the kernel on `FILE.held`
 * @param refused what is said when another one holds it, of the words `process 123`
 * @throws UserError when another process holds it
 */
export async function takeProcessLock(file: string, refused: (holder: string) => string): Promise<Held> {
    const held = await settle(file);
    if (held === undefined) throw new UserError(refused(await holderOf(file)));
    return held;
}

/**
 * The same, when the others have ended.
 *
 * @param waiting is called once when another one holds it, with the words `process 123`
 */
export async function awaitProcessLock(file: string, waiting: (holder: string) => void): Promise<Held> {
    let told = false;
    for (;;) {
        const held = await settle(file);
        if (held !== undefined) return held;
        if (!told) waiting(await holderOf(file));
        told = true;
        await sleep(WAIT_MS);
    }
}

/** Two that look at the same moment may both find it taken, and nobody would hold it: each looks again, at another moment. */
async function settle(file: string): Promise<Held | undefined> {
    for (const end = Date.now() + SETTLE_MS; ;) {
        const held = await tryProcessLock(file);
        if (held !== undefined || Date.now() >= end) return held;
        await sleep(2 + Math.random() * 20);
    }
}

/**
 * Takes the lock if nobody holds it, nor looks at this very moment.
 *
 * @returns undefined when somebody does
 */
export async function tryProcessLock(file: string): Promise<Held | undefined> {
    const held = await tryKernelLock(`${file}.held`);
    if (held === undefined) return undefined;
    sayWho(file);
    const end = (how: () => void) => {
        process.off("exit", release);
        forget(file);
        how();
    };
    const release = () => end(held.release);
    process.once("exit", release);
    return { release, remove: () => end(held.remove) };
}

/** Only who holds the lock writes here. Without it (the disk is full) the lock is as good, and others are not told the number. */
function sayWho(file: string): void {
    forget(file);
    try {
        // Made anew: no link is followed.
        writeFileSync(file, `${process.pid}\n${hostname()}\n`, { flag: "wx", mode: 0o644 });
    } catch {
        forget(file);
    }
}

function forget(file: string): void {
    try {
        rmSync(file, { force: true });
    } catch {
        // A folder in its place, or a file system that has become read-only.
    }
}

/** Who holds it, in words. In another container, the number is one of its own; its host's name tells. */
async function holderOf(file: string): Promise<string> {
    // Between taking the lock and saying so there is a moment.
    for (let tries = 0; tries < 20; tries++) {
        const [pid = "", host = ""] = readIfThere(file).split("\n");
        if (/^\d+$/.test(pid)) return `process ${pid}${["", hostname()].includes(host) ? "" : ` on ${host}`}`;
        await sleep(50);
    }
    return "a process that has not said its number";
}

function readIfThere(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
