import { EXIT, type ExitStatus } from "../ops/exitStatus.ts";
import { builtPaths } from "./builtPaths.ts";
import { queueFolder, queueLimit, type PushOptions } from "./options.ts";
import { Queue } from "./queue.ts";
import { isStorePath } from "./storePath.ts";

/**
 * `nix-cache enqueue`: what a post-build-hook calls. Nix waits for it and takes
 * its failure for the build's, so it is quick, and whatever goes wrong is a
 * line on standard error and status 0.
 *
 * @param given store paths. Default: what Nix says it has built
 */
export async function enqueue(options: PushOptions, given: readonly string[]): Promise<ExitStatus> {
    try {
        const paths = given.length > 0 ? given : await builtPaths(process.env);
        const queue = new Queue(queueFolder(options));
        const limit = queueLimit(options);
        for (const path of paths) {
            if (!isStorePath(path)) warn(`${path} is no store path, and is not queued`);
            else if (queue.add(path, limit) === "dropped")
                warn(`the queue is full (${limit}): ${path} is not pushed`);
        }
    } catch (error) {
        warn(`not queued: ${error instanceof Error ? error.message : String(error)}`);
    }
    return EXIT.ok;
}

function warn(line: string): void {
    console.error(`nix-cache: ${line}`);
}
