import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { MAIN } from "../cli.ts";
import type { BuildMachine } from "../pushing/builder.ts";
import { mendEnvironment } from "./mender.ts";

/** The long form, by NIX_CACHE_TEST_LONG=1. */
export const KILLS = process.env.NIX_CACHE_TEST_LONG === "1" ? 50 : 4;

/** Begins a command in the stack's folder. It is ended with the tests at the latest. */
export function begin(machine: BuildMachine, args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [MAIN, ...args], {
        cwd: machine.stack.place.workDir,
        env: mendEnvironment(machine),
        stdio: "ignore",
    });
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    child.once("exit", () => process.off("exit", end));
    return child;
}

/** Runs a command to its end. @returns its exit status */
export async function toItsEnd(child: ChildProcess): Promise<number | null> {
    if (child.exitCode === null) await once(child, "exit");
    return child.exitCode;
}

/**
 * Runs a command again and again, and kills it at random moments of its work.
 *
 * @param again makes the work anew, once a run has come to its end
 * @param look looks at what a kill has left, and says how far it is
 * @param state something that is another once the work has begun
 * @returns how many of the runs were killed in the midst of their work, as `look` says
 */
export async function kill(
    machine: BuildMachine,
    args: readonly string[],
    again: () => Promise<void>,
    look: () => Promise<"begun" | "not begun" | "done">,
    state: () => Promise<string>,
): Promise<number> {
    const work = await workOf(machine, args, state);
    const { from } = work;
    let { to } = work;
    await again();
    let inTheMiddle = 0;
    for (let killed = 0; killed < KILLS;) {
        const child = begin(machine, args);
        const pause = from + Math.random() * (to - from);
        const isOver = await Promise.race([toItsEnd(child).then(() => true), sleep(pause).then(() => false)]);
        if (isOver) {
            if (child.exitCode !== 0) throw new Error(`${args.join(" ")} ended with ${child.exitCode}`);
            to = Math.max(to - 50, from + 50);
            await again();
            continue;
        }
        child.kill("SIGKILL");
        await toItsEnd(child);
        killed++;
        const found = await look();
        if (found === "begun") inTheMiddle++;
        else if (found === "not begun") to += 100;
        else await again();
        if (found === "begun" && killed % 2 === 0) await again();
    }
    return inTheMiddle;
}

/** When the work of a run begins, and when it ends, in milliseconds from its start. */
async function workOf(machine: BuildMachine, args: readonly string[], state: () => Promise<string>) {
    const first = await state();
    const since = performance.now();
    const child = begin(machine, args);
    let from: number | undefined;
    const ended = toItsEnd(child).then(() => true);
    while (!(await Promise.race([ended, sleep(30).then(() => false)]))) {
        const at = performance.now() - since;
        if (from === undefined && (await state()) !== first) from = at;
    }
    const to = performance.now() - since;
    return { from: from ?? to / 2, to };
}
