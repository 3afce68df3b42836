import { readdirSync, readFileSync } from "node:fs";

/** Kills a process and all that descends from it at once, Pulumi's plugins too, which are in groups of their own. */
export function killTree(pid: number): void {
    // Stopped first, so that nothing is started while the tree is looked at.
    signal(pid, "SIGSTOP");
    const all = [pid, ...descendants(pid)];
    for (const one of all) signal(one, "SIGKILL");
}

/** Process ids of all that a process has started, and what those have. */
export function descendants(pid: number): number[] {
    const children = new Map<number, number[]>();
    for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
        const parent = parentOf(name);
        if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    }
    const below = (one: number): number[] =>
        (children.get(one) ?? []).flatMap((child) => [child, ...below(child)]);
    return below(pid);
}

/** The command line of a process, its arguments divided by blanks; empty when it has ended. */
export function commandLine(pid: number): string {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    } catch {
        return "";
    }
}

function parentOf(pid: string): number | undefined {
    try {
        // The name is in parentheses and may hold blanks.
        return Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
    } catch {
        return undefined;
    }
}

function signal(pid: number, name: NodeJS.Signals): void {
    try {
        process.kill(pid, name);
    } catch {
        // It has ended in between.
    }
}

/** The command lines of all that this process has started, as often as they can be read while something runs. */
export async function commandLinesDuring<T>(work: Promise<T>): Promise<{ result: T; lines: string[] }> {
    const lines = new Set<string>();
    const timer = setInterval(() => {
        for (const pid of descendants(process.pid)) lines.add(commandLine(pid));
    }, 2);
    try {
        const result = await work;
        return { result, lines: [...lines] };
    } finally {
        clearInterval(timer);
    }
}
