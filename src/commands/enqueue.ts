import { spawn } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { LIMIT, QUEUE, queueFolder, type QueueValues } from "../push/queuePlace.ts";
import { command } from "../system/command.ts";

/** Milliseconds that a hook waits for the queue, once the process that asks it has begun; it begins late on a busy machine. */
const DEADLINE_MS = 1_800;
const BEGIN_MS = 20_000;

export default command({
    summary: "queues store paths for a push; for a hook, never fails a build",
    arguments: {
        "[PATH…]":
            "store paths; default: OUT_PATHS, else the outputs of DRV_PATH, as Nix gives them to a post-build-hook",
    },
    options: { ...QUEUE, ...LIMIT },
    ends: [],
    anywhere: true,
    run: (_, { queue, limit }, paths) => enqueue({ queue, limit }, paths),
});

/**
 * `nix-cache enqueue`: what a post-build-hook calls. Nix waits for it and takes
 * its failure for the build's, so it is quick, and whatever goes wrong is a
 * line on standard error and status 0.
 *
 * The work is done by a process of its own. One that waits for a file system
 * which does not answer can neither be ended nor end itself: Node's exit waits
 * for the threads that read and write. What is only slow goes on behind the hook's back.
 *
 * @param given store paths. Default: what Nix says it has built
 */
async function enqueue(options: QueueValues, given: readonly string[]): Promise<ExitStatus> {
    const folder = queueFolder(options);
    try {
        const answered = await work([JSON.stringify(options), ...given]);
        if (!answered)
            warn(`the queue ${folder} or Nix does not answer; what was built is queued later, or not at all`);
    } catch (error) {
        warn(`not queued: ${error instanceof Error ? error.message : String(error)}`);
    }
    return EXIT.ok;
}

/** @returns whether it came to its end in time. @throws Error when it could not be begun */
async function work(args: readonly string[]): Promise<boolean> {
    const file = fileURLToPath(new URL(`../push/enqueueWork${extname(import.meta.url)}`, import.meta.url));
    const child = spawn(process.execPath, [file, ...args], {
        // It holds nothing that Nix waits for, and no signal to the hook's group ends it.
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
    });
    let timer: NodeJS.Timeout | undefined;
    child.stderr.on("data", (text: Buffer) => process.stderr.write(text));
    try {
        return await new Promise<boolean>((resolve, reject) => {
            const late = () => resolve(false);
            timer = setTimeout(late, BEGIN_MS);
            child.stdout.once("data", () => {
                clearTimeout(timer);
                timer = setTimeout(late, DEADLINE_MS);
            });
            child.on("error", reject);
            child.on("close", () => resolve(true));
        });
    } finally {
        // Nothing of it is waited for any longer.
        clearTimeout(timer);
        child.stdout.destroy();
        child.stderr.destroy();
        child.unref();
    }
}

function warn(line: string): void {
    console.error(`nix-cache: ${line}`);
}
