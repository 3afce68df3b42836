import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { MAIN } from "../cli.ts";
import type { BuildMachine } from "../pushing/builder.ts";
import { mendEnvironment } from "./mender.ts";

/** Runs that are killed; the long form, by NIX_CACHE_TEST_LONG=1, kills more. */
export const KILLS = process.env.NIX_CACHE_TEST_LONG === "1" ? 50 : 4;

/** Begins a command in the stack's folder. It is ended with the tests at the latest. */
export function begin(machine: BuildMachine, args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [MAIN, ...args], {
        cwd: machine.stack.place.workDir,
        env: mendEnvironment(machine),
        stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    // Nobody expects a failure, so whoever sees one wants to know why.
    child.once("close", (status) => status !== null && status !== 0 && console.error(said));
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    child.once("exit", () => process.off("exit", end));
    return child;
}

/** Runs a command to its end. @returns its exit status */
export async function toItsEnd(child: ChildProcess): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    return child.exitCode;
}

/** What is killed, and what is looked at. */
export interface Killed {
    readonly begin: () => ChildProcess;
    /** Makes the work anew, once a run has come to its end. */
    readonly again: () => Promise<void>;
    /** Looks at what kills have left, and says how far it is. */
    readonly look: () => Promise<"begun" | "not begun" | "done">;
    /** Something that is another once the work has begun. */
    readonly state: () => Promise<string>;
}

/**
 * Runs a command twice at once, again and again, and kills both, each at a random
 * moment of its work, until {@link KILLS} were killed. The one that is killed later
 * goes on beside what the other one has left.
 *
 * @returns how many of the pairs were killed in the midst of their work, as `look` says
 */
export async function killTwo(killed: Killed): Promise<string> {
    const { begin, again, look } = killed;
    await again();
    const work = await workOf(killed);
    const { from } = work;
    let { to } = work;
    await again();
    let inTheMiddle = 0;
    let pairs = 0;
    for (let kills = 0; kills < KILLS;) {
        const both = [begin(), begin()];
        const wereKilled = await Promise.all(both.map((child) => killWithin(child, from, to)));
        const count = wereKilled.filter(Boolean).length;
        kills += count;
        pairs++;
        const found = await look();
        if (found === "begun") inTheMiddle++;
        if (found === "not begun") to += 100;
        if (count === 0) to = Math.max(to - 50, from + 50);
        if (found === "done" || (found === "begun" && pairs % 2 === 0)) await again();
    }
    return `${inTheMiddle} of ${pairs} pairs were killed in the midst of the work`;
}

/** Kills a run at a random moment. @returns whether it had not come to its end before */
async function killWithin(child: ChildProcess, from: number, to: number): Promise<boolean> {
    const pause = from + Math.random() * (to - from);
    const isOver = await Promise.race([toItsEnd(child).then(() => true), sleep(pause).then(() => false)]);
    if (!isOver) child.kill("SIGKILL");
    await toItsEnd(child);
    if (child.signalCode === "SIGKILL") return true;
    if (child.exitCode !== 0) throw new Error(`${child.spawnargs.join(" ")} ended with ${child.exitCode}`);
    return false;
}

/** When the work of a run begins, and when it ends, in milliseconds from its start. */
async function workOf({ begin, state }: Killed) {
    const first = await state();
    const since = performance.now();
    const child = begin();
    let from: number | undefined;
    const ended = toItsEnd(child).then(() => true);
    while (!(await Promise.race([ended, sleep(30).then(() => false)]))) {
        const at = performance.now() - since;
        if (from === undefined && (await state()) !== first) from = at;
    }
    const to = performance.now() - since;
    return { from: from ?? to / 2, to };
}
