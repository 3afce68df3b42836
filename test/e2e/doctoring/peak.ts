import { nixCache } from "../cli.ts";
import type { TestStack } from "../testStack.ts";

/**
 * Has the process itself say at its end what memory it had at most. Linux counts
 * into `maxRSS` what the process had that started it, so there it asks /proc.
 */
const SAY = `
import { readFileSync } from "node:fs";
const peak = () => {
    if (process.platform !== "linux") return process.resourceUsage().maxRSS;
    return /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];
};
process.on("exit", () => process.stderr.write("peak " + peak() + "\\n"));
`;

/** Runs `nix-cache` as a user does. @returns the memory that it had at most, in MiB */
export async function peakMemoryOf(stack: TestStack, args: readonly string[]): Promise<number> {
    const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(SAY)}`;
    const { stderr } = await nixCache(stack, args, { env: { NODE_OPTIONS } });
    return Math.round(Number(/^peak (\d+)$/m.exec(stderr)?.[1] ?? 0) / 1024);
}
