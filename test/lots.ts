import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { mapAtOnce } from "../src/system/pool.ts";
import { RESULTS, summary } from "./reporter.ts";

/** Test files that are run by one process, one after the other. */
export interface Lot {
    readonly title: string;
    readonly files: readonly string[];
}

/** What a lot came to. */
export interface Result {
    readonly title: string;
    /** Its failures and skipped tests, and its counts in the last line. */
    readonly text: string;
    /** Passed, failed, skipped. */
    readonly counts: readonly [number, number, number];
}

const LAST_LINE = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;
const children = new Set<ChildProcess>();
let stopped: number | undefined;

/** From now on a signal ends the lots that run, which clean up, and then this process. */
export function passSignalsOn(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
        process.on(signal, () => {
            if (stopped !== undefined) return;
            stopped = 128 + constants.signals[signal];
            if (children.size === 0) process.exit(stopped);
            children.forEach((child) => child.kill(signal));
        });
}

/** Whether a signal has come. */
export function isStopped(): boolean {
    return stopped !== undefined;
}

/**
 * Runs lots, so many at the same time, each in a process of its own. The first of those
 * that run is shown as it goes on, the others after it. After a signal no more is begun.
 */
export async function runLots(lots: readonly Lot[], width = lots.length): Promise<Result[]> {
    let shown: Promise<unknown> = Promise.resolve();
    const results = await mapAtOnce(lots, width, async (lot) => {
        if (isStopped()) return [];
        const result = runLot(lot, shown);
        shown = Promise.all([shown, result]);
        return [await result];
    });
    await shown;
    return results.flat();
}

/** Prints what the lots found, and all counts together as the last line. @returns the exit status */
export function conclude(results: readonly Result[]): number {
    for (const { title, text } of results) console.log(`\n${title}:\n${text}`);
    const [passed, failed, skipped] = [0, 1, 2].map((index) =>
        results.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0),
    ) as [number, number, number];
    console.log(`\n${summary(passed, failed, skipped)}`);
    return stopped ?? (failed === 0 ? 0 : 1);
}

async function runLot({ title, files }: Lot, before: Promise<unknown>): Promise<Result> {
    const child = spawn(process.execPath, [join(import.meta.dirname, "run.ts"), ...files], {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}) },
        // A group of its own: a terminal's Ctrl-C would reach it twice, and the second one cuts off its cleaning up.
        detached: true,
    });
    children.add(child);
    let isShown = false;
    let kept = `\n${title}\n`;
    let text = "";
    const show = (part: string) => {
        if (isShown) process.stdout.write(part);
        else kept += part;
    };
    void before.then(() => {
        isShown = true;
        process.stdout.write(kept);
    });
    /** After the line that says so. */
    const results: string[] = [];
    let isOver = false;
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        const lines = text.split("\n");
        text = lines.pop() ?? "";
        for (const line of lines) {
            if (isOver) results.push(line);
            else if (line === RESULTS) isOver = true;
            else show(`${line}\n`);
        }
    });
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    children.delete(child);
    const counts = LAST_LINE.exec(results.at(-1) ?? "")
        ?.slice(1)
        .map(Number);
    const [passed = 0, failed = 0, skipped = 0] = counts ?? [];
    if (counts === undefined) results.push(`  it ended before its end (status ${status ?? "of a signal"})`);
    // A lot that says that all has passed and ends otherwise has failed.
    const unsaid = counts === undefined || (failed === 0 && status !== 0) ? 1 : 0;
    return { title, text: results.join("\n"), counts: [passed, failed + unsaid, skipped] };
}
