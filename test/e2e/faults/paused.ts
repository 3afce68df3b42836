import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { MAIN, shellEnvironment } from "../cli.ts";
import type { TestStack } from "../testStack.ts";
import type { CutShort } from "./cutShort.ts";
import { commandLine, descendants, killTree } from "./processTree.ts";

/** When a run is stopped: at a line that it prints, or when it has started a process with such a command line. */
export type Moment = { readonly line: RegExp } | { readonly child: RegExp };

/**
 * Runs `nix-cache`, stops it at a moment (itself, not what it has started) while
 * something else is done, and lets it go on. That is what a person is who reads a plan and
 * thinks about it.
 *
 * @param within a command that starts it, in surroundings of its own. Default: none
 */
export async function runPaused(
    stack: TestStack,
    args: readonly string[],
    moment: Moment,
    meanwhile: () => Promise<unknown>,
    within: readonly string[] = [],
): Promise<CutShort> {
    const [program = "", ...programArgs] = [...within, process.execPath, MAIN, ...args];
    const child = spawn(program, programArgs, {
        cwd: stack.place.workDir,
        env: shellEnvironment(stack),
        stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid === undefined) throw new Error("node could not be started");
    const end = () => killTree(pid);
    process.once("exit", end);
    const lines: string[] = [];
    let stderr = "";
    let steps = 0;
    let paused: Promise<unknown> | undefined;
    const pause = () => {
        if (paused !== undefined) return;
        const itself =
            within.length === 0
                ? pid
                : descendants(pid).find((one) => commandLine(one).startsWith(process.execPath));
        if (itself === undefined) throw new Error("the run itself is not among what was started");
        process.kill(itself, "SIGSTOP");
        steps = 1;
        paused = meanwhile().finally(() => process.kill(itself, "SIGCONT"));
        // It is waited for once the run has ended.
        paused.catch(() => undefined);
    };
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    createInterface(child.stdout).on("line", (line) => {
        lines.push(line);
        if ("line" in moment && moment.line.test(line)) pause();
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    if ("child" in moment) {
        const isThere = () => descendants(pid).some((one) => moment.child.test(commandLine(one)));
        while (child.exitCode === null && !isThere()) await sleep(5);
        if (child.exitCode === null) pause();
    }
    const status = await ended;
    process.off("exit", end);
    await paused;
    return { status, lines, stderr, steps };
}
