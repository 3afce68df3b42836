import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { EXIT, type ExitStatus } from "../ops/exitStatus.ts";
import { queueFolder, type PushOptions } from "./options.ts";

/** Milliseconds since this process began after which a hook waits no longer. */
const DEADLINE_MS = 1_800;

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
export async function enqueue(options: PushOptions, given: readonly string[]): Promise<ExitStatus> {
    const work = fileURLToPath(import.meta.url).replace(/enqueueCommand(\.[jt]s)$/, "enqueueWork$1");
    const args = [work, JSON.stringify(options), ...given];
    const child = spawn(process.execPath, args, {
        // It holds nothing that Nix waits for, and no signal to the hook's group ends it.
        stdio: ["ignore", "ignore", "pipe"],
        detached: true,
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const end = await new Promise<"ended" | "late" | Error>((resolve) => {
        const left = Math.max(DEADLINE_MS - performance.now(), 100);
        setTimeout(() => resolve("late"), left).unref();
        child.on("error", resolve);
        child.on("close", () => resolve("ended"));
    });
    process.stderr.write(said);
    if (end === "late")
        warn(`${queueFolder(options)} does not answer; what was built is queued later, or not at all`);
    else if (end !== "ended") warn(`not queued: ${end.message}`);
    child.stderr.destroy();
    child.unref();
    return EXIT.ok;
}

function warn(line: string): void {
    console.error(`nix-cache: ${line}`);
}
