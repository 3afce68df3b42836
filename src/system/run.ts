import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** How a program is run. */
export interface RunOptions {
    readonly cwd?: string;
    /** The whole environment. Default: this process's. */
    readonly env?: NodeJS.ProcessEnv;
    /** Text for its standard input, where secrets belong: arguments are seen by every user. Default: nothing. */
    readonly input?: string;
    /** File that takes both its outputs, instead of the result. */
    readonly log?: string;
    /**
     * Milliseconds after which it is ended with all that it started: by SIGTERM, and
     * {@link GRACE_MS} later by SIGKILL. Default: none.
     */
    readonly timeoutMs?: number;
    /**
     * Asked twice a second how far it is (a number that grows). Without growth, nor
     * any output, for {@link stallMs}, it is killed with all that it started.
     */
    readonly progress?: () => number;
    /** Milliseconds. Default: 8 000; only with {@link progress}. */
    readonly stallMs?: number;
}

/** How it ended. */
export interface Outcome {
    /** Exit status; 127 when it could not be run, null when it was killed. */
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
    /** Whether it was ended because of {@link RunOptions.timeoutMs}. */
    readonly timedOut?: true;
}

/** Milliseconds that a program has to end by itself after SIGTERM, and to be gone after SIGKILL. */
const GRACE_MS = 3_000;

/** What runs now; ended with this process, however it ends. */
const running = new Set<() => void>();
process.once("exit", () => running.forEach((kill) => kill()));

/** Runs a program to its end. Never throws for what the program does. */
export async function run(
    command: string,
    args: readonly string[],
    options: RunOptions = {},
): Promise<Outcome> {
    const log = options.log === undefined ? undefined : openSync(options.log, "a", 0o600);
    const watched = options.progress !== undefined;
    // A group of its own, so that what hangs is ended with its own children.
    const grouped = watched || options.timeoutMs !== undefined;
    const child = spawn(command, args, {
        cwd: options.cwd,
        env: options.env ?? process.env,
        stdio: ["pipe", log ?? "pipe", log ?? "pipe"],
        detached: grouped,
    });
    if (log !== undefined) closeSync(log);
    let ended = false;
    const signal = (name: NodeJS.Signals) => {
        if (child.pid === undefined || ended) return;
        // Its number may be another's by now; a group's is taken as long as any of it is left.
        if (!grouped && (child.exitCode !== null || child.signalCode !== null)) return;
        try {
            process.kill(grouped ? -child.pid : child.pid, name);
        } catch {
            // It ended in between.
        }
    };
    const kill = () => signal(watched ? "SIGKILL" : "SIGTERM");
    running.add(kill);
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout?.on("data", (part: Buffer) => parts.stdout.push(part));
    child.stderr?.on("data", (part: Buffer) => parts.stderr.push(part));
    // A program that ends without reading its input is no error of ours.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
    const watch = watched
        ? killWhenStalled(
              () => (options.progress?.() ?? 0) + parts.stdout.length + parts.stderr.length,
              options.stallMs ?? 8_000,
              kill,
          )
        : undefined;
    let timedOut = false as boolean;
    const status = await new Promise<number | null>((resolve) => {
        child.on("error", () => resolve(127));
        // The pipes are open as long as any of its children has them.
        child.on("close", (code) => resolve(timedOut ? null : code));
        if (options.timeoutMs === undefined) return;
        const limit = endAfter(options.timeoutMs, signal, () => {
            timedOut = true;
            return () => resolve(null);
        });
        child.on("close", limit);
        child.on("error", limit);
    });
    ended = true;
    clearInterval(watch);
    running.delete(kill);
    return {
        status,
        stdout: Buffer.concat(parts.stdout).toString(),
        stderr: Buffer.concat(parts.stderr).toString(),
        ...(timedOut ? { timedOut } : {}),
    };
}

/** The last line of a program's words that is not empty: most often the reason for its end. */
export function lastLine(text: string): string {
    return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

/** Whether the command lines of a process (its NUL- or blank-separated arguments) can be had, and what they are. */
export async function argumentsOf(pid: number): Promise<string | undefined> {
    try {
        // Where there is /proc, `ps` may be missing. A process that has ended but was not waited for shows nothing.
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim() || undefined;
    } catch {
        if (process.platform === "linux") return undefined;
    }
    const { status, stdout } = await run("ps", ["-ww", "-p", String(pid), "-o", "args="]);
    return status === 0 ? stdout.trim() || undefined : undefined;
}

/**
 * Ends a program that takes too long. One that nothing can end (it waits for a
 * disk that is gone) is left alone: whoever waits for it goes on.
 *
 * @param begin called when the time is over; what it returns, when nothing more can be done
 * @returns what stops the clock
 */
function endAfter(
    timeoutMs: number,
    signal: (name: NodeJS.Signals) => void,
    begin: () => () => void,
): () => void {
    let timer = setTimeout(
        () => {
            const giveUp = begin();
            signal("SIGTERM");
            timer = setTimeout(() => {
                signal("SIGKILL");
                timer = setTimeout(giveUp, GRACE_MS);
            }, GRACE_MS);
            // Node counts no longer than 24.8 days.
        },
        Math.min(timeoutMs, 2 ** 31 - 1),
    );
    return () => clearTimeout(timer);
}

function killWhenStalled(progress: () => number, stallMs: number, kill: () => void): NodeJS.Timeout {
    let last = progress();
    let since = Date.now();
    return setInterval(() => {
        const now = progress();
        if (now !== last) {
            last = now;
            since = Date.now();
        } else if (Date.now() - since > stallMs) {
            kill();
        }
    }, 500);
}
