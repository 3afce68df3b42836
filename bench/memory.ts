import { readFileSync, readdirSync } from "node:fs";

/**
 * Looks at the memory of a process and of all that it has started, where there is a /proc.
 *
 * @param peaks takes the peak of each process, in bytes, by its id
 */
export function peakOfTree(pid: number | undefined, peaks: Map<number, number>): void {
    if (pid === undefined) return;
    try {
        // A process that has become another program begins anew: what it was before is not forgotten.
        peaks.set(pid, Math.max(peaks.get(pid) ?? 0, peakOf(pid)));
        for (const task of readdirSync(`/proc/${pid}/task`)) {
            const children = readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ");
            children.filter((child) => child !== "").forEach((child) => peakOfTree(Number(child), peaks));
        }
    } catch {
        // It has ended, or there is no /proc.
    }
}

/** VmHWM of proc(5). */
function peakOf(pid: number): number {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kib ?? 0) * 1024;
}
