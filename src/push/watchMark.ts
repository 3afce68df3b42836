import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { hasCode } from "../system/systemError.ts";
import { writeThrough } from "../system/durable.ts";

/**
 * Since when the store may have paths that were not queued, in milliseconds: what
 * changed there before is done with. It is in a file of the queue.
 *
 * @returns undefined when nothing was watched yet, or the file cannot be understood
 * @throws what the file system throws
 */
export function readMark(file: string): number | undefined {
    try {
        const { since } = JSON.parse(readFileSync(file, "utf8")) as { since?: unknown };
        const at = typeof since === "string" ? Date.parse(since) : NaN;
        return Number.isNaN(at) ? undefined : at;
    } catch (error) {
        if (error instanceof SyntaxError || hasCode(error, "ENOENT")) return undefined;
        throw error;
    }
}

/** Keeps it. @throws what the file system throws */
export function writeMark(file: string, since: number): void {
    mkdirSync(dirname(file), { recursive: true });
    writeThrough(file, `${JSON.stringify({ since: new Date(since).toISOString() })}\n`, dirname(file));
}
