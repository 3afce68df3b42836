import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** One process, told apart from every other one that has its number now, had it before or has it elsewhere. */
export interface ProcessIdentity extends Surroundings {
    readonly pid: number;
    /** When it was started, as the system writes it. */
    readonly started: string;
}

/** What a process's number is to be read by. */
export interface Surroundings {
    /** The machine's own id; empty where it has none. */
    readonly machine: string;
    /** The id of the machine's start: another after each one. */
    readonly boot: string;
    /** The namespace that process ids belong to: a container has its own, where they begin at 1 again. */
    readonly namespace: string;
}

/** The first namespace of each boot of Linux (PROC_PID_INIT_INO in the kernel's include/linux/proc_ns.h). */
export const INITIAL = "pid:[4026531836]";

/** Who a process of this machine is; undefined where it has ended, or the system does not say. */
export function identityOf(pid: number): ProcessIdentity | undefined {
    const here = surroundings();
    const started = startOf(pid);
    return here === null || started === undefined ? undefined : { ...here, pid, started };
}

/**
 * Whether a process has ended; undefined where that cannot be told from here:
 * it is of another container, or of another machine that shares the files.
 *
 * After a restart of the machine all that ran before has ended. That it is the
 * same machine is taken from its id outside of containers alone: those of one
 * image often have the same.
 *
 * @param here of the process that asks; null: the system does not say. Default: of this one
 */
export function hasEnded(
    one: ProcessIdentity,
    here: Surroundings | null = surroundings(),
): boolean | undefined {
    if (here === null) return undefined;
    if (one.boot !== here.boot) {
        const isSameMachine = one.machine !== "" && one.machine === here.machine;
        return isSameMachine && one.namespace === INITIAL && here.namespace === INITIAL ? true : undefined;
    }
    if (one.namespace !== here.namespace) return undefined;
    const started = startOf(one.pid);
    if (started !== undefined) return started !== one.started;
    // With hidepid, /proc does not show other users' processes.
    return exists(one.pid) ? isZombie(one.pid) : true;
}

/** Whether a process with this number is here, whoever's it is. */
function exists(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}

function surroundings(): Surroundings | null {
    if (process.platform !== "linux") {
        const boot = printed("sysctl", "-n", "kern.bootsessionuuid");
        // No namespaces there, and no id of the machine that a user may read.
        return boot === "" ? null : { machine: "", boot, namespace: "" };
    }
    const read = (file: string) => text(() => readFileSync(file, "utf8").trim());
    const boot = read("/proc/sys/kernel/random/boot_id");
    const namespace = text(() => readlinkSync("/proc/self/ns/pid"));
    // A /proc of another namespace than this process's own counts other processes.
    const isOwn = text(() => readlinkSync("/proc/self")) === String(process.pid);
    return boot === "" || namespace === "" || !isOwn
        ? null
        : { machine: read("/etc/machine-id"), boot, namespace };
}

/** When a process was started; undefined where it has ended, if only its parent has not asked how. */
function startOf(pid: number): string | undefined {
    if (process.platform !== "linux") return printed("ps", "-p", String(pid), "-o", "lstart=") || undefined;
    const fields = statOf(pid);
    return fields === undefined || isOver(fields) ? undefined : fields[19];
}

function isZombie(pid: number): boolean | undefined {
    const fields = statOf(pid);
    return fields === undefined ? undefined : isOver(fields);
}

function isOver(fields: readonly string[]): boolean {
    return ["Z", "X", "x"].includes(fields[0] ?? "");
}

/** The fields of /proc/PID/stat after the name, which may hold blanks and brackets: state first, start as the 20th (proc(5)). */
function statOf(pid: number): string[] | undefined {
    const stat = text(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
    return stat === "" ? undefined : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function printed(command: string, ...args: string[]): string {
    return spawnSync(command, args, { encoding: "utf8" }).stdout.trim();
}

function text(read: () => string): string {
    try {
        return read();
    } catch {
        return "";
    }
}
