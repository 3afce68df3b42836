import { spawn } from "node:child_process";
import { UserError } from "../src/cache/problem.ts";
import { lastLine } from "../src/system/run.ts";
import { peakOfTree } from "./memory.ts";

/** A program to be run. */
export interface Command {
    readonly program: string;
    readonly args: readonly string[];
    /** The whole environment. */
    readonly env: NodeJS.ProcessEnv;
    readonly cwd?: string;
    /** Exit statuses that are no failure. Default: 0 alone. */
    readonly ends?: readonly number[];
}

/** What a run took. */
export interface Taken {
    readonly seconds: number;
    /** The most memory that one of its processes had, in bytes; 0 where the system does not tell. */
    readonly peak: number;
}

/** Milliseconds between two looks at the memory. Linux keeps each process's peak, so only its last moments are missed. */
const LOOK_MS = 40;

/**
 * Runs programs one after the other.
 *
 * @throws UserError with the last line of what one said that has failed
 */
export async function measure(commands: readonly Command[]): Promise<Taken> {
    let peak = 0;
    const begun = performance.now();
    for (const command of commands) peak = Math.max(peak, await runOne(command));
    return { seconds: (performance.now() - begun) / 1000, peak };
}

/** @returns the peak of its memory, in bytes */
async function runOne({ program, args, env, cwd, ends = [0] }: Command): Promise<number> {
    const child = spawn(program, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    const peaks = new Map<number, number>();
    const timer = setInterval(() => peakOfTree(child.pid, peaks), LOOK_MS);
    let said = "";
    const keep = (part: Buffer) => (said = (said + part.toString()).slice(-4_000));
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const status = await new Promise<number | null>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", resolve);
    });
    clearInterval(timer);
    process.off("exit", kill);
    if (status === null || !ends.includes(status))
        throw new UserError(
            `${program} ${args.slice(0, 2).join(" ")} failed (${String(status)}): ${lastLine(said)}`,
        );
    return Math.max(0, ...peaks.values());
}
