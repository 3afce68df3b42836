import { readdirSync, readFileSync } from "node:fs";

/** Kills a process and all that descends from it at once, Pulumi's plugins too, which are in groups of their own. */
export function killTree(pid: number): void {
    // Stopped first, so that nothing is started while the tree is looked at.
    signal(pid, "SIGSTOP");
    const all = [pid, ...descendants(pid)];
    for (const one of all) signal(one, "SIGKILL");
}

/** Sends Ctrl-C as a terminal does: to a process and to what it has started, but for what has a group of its own. */
export function interruptGroup(pid: number): void {
    const group = fieldsOf(pid).group;
    for (const one of [pid, ...descendants(pid)]) if (fieldsOf(one).group === group) signal(one, "SIGINT");
}

/** Process ids of all that a process has started, and what those have. */
export function descendants(pid: number): number[] {
    const children = new Map<number, number[]>();
    for (const one of readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .map(Number)) {
        const { parent } = fieldsOf(one);
        if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), one]);
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

/** The parent of a process and its group; undefined when it has ended. */
function fieldsOf(pid: number): { parent: number | undefined; group: number | undefined } {
    try {
        // The name is in parentheses and may hold blanks.
        const [, parent, group] = /\) \S (\d+) (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
        return { parent: Number(parent), group: Number(group) };
    } catch {
        return { parent: undefined, group: undefined };
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
