import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { MAIN, shellEnvironment } from "../cli.ts";
import type { TestStack } from "../testStack.ts";
import { interruptGroup, killTree } from "./processTree.ts";

/** How a run of `nix-cache` came out that something was done to on its way. */
export interface CutShort {
    /** null: it was killed. */
    readonly status: number | null;
    /** Lines of its standard output. */
    readonly lines: readonly string[];
    readonly stderr: string;
    /** How many steps it came to. */
    readonly steps: number;
}

/** What is done at a step: to the process itself, or to something that it needs. */
export type Fault = (pid: number) => void;

/** Ends the run as a power cut does. */
export const kill: Fault = killTree;

/** Presses Ctrl-C at the run's terminal. */
export const interrupt: Fault = interruptGroup;

/**
 * Runs `nix-cache` and does something at one of its steps, counted from 1 as it says them.
 *
 * @param isStep tells which lines are steps
 * @param at the step; 0: never
 * @param atStart done when it has been started
 */
export async function runWithFault(
    stack: TestStack,
    args: readonly string[],
    isStep: RegExp,
    at: number,
    fault: Fault,
    atStart: Fault = () => undefined,
): Promise<CutShort> {
    const child = spawn(process.execPath, [MAIN, ...args], {
        cwd: stack.place.workDir,
        env: shellEnvironment(stack),
        stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error("node could not be started");
    const end = () => killTree(pid);
    process.once("exit", end);
    atStart(pid);
    const lines: string[] = [];
    let steps = 0;
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    createInterface(child.stdout).on("line", (line) => {
        lines.push(line);
        if (isStep.test(line) && ++steps === at) fault(pid);
    });
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    process.off("exit", end);
    return { status, lines, stderr, steps };
}

/** Steps spread over all of them, the first and the last among them; every one with NIX_CACHE_TEST_EVERY_POINT=1. */
export function points(steps: number, some: number): number[] {
    const every = process.env.NIX_CACHE_TEST_EVERY_POINT === "1" || steps <= some;
    const count = every ? steps : some;
    return Array.from({ length: count }, (_, index) => 1 + Math.round((index * (steps - 1)) / (count - 1)));
}
