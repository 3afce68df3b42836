import { Worker } from "node:worker_threads";
import { builtPaths } from "./builtPaths.ts";
import { Incoming } from "./incoming.ts";
import { queueFolder, queueLimit, type QueueValues } from "./queuePlace.ts";
import { isStorePath } from "../cache/storePath.ts";
import { isSystemError, systemWords } from "../system/systemError.ts";

// What `nix-cache enqueue` starts: its arguments are the options, as JSON, and store paths.

/** Hooks whose file system does not answer must not gather; a thread of its own, since the main one may be stuck. */
const watchdog = new Worker(`setTimeout(() => process.kill(process.pid, "SIGKILL"), 30_000)`, { eval: true });

// The hook that started this one may not be there any more to hear.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
// It counts from here: what may not answer from now on is the queue, or Nix.
process.stdout.write(".");

try {
    const [options = "{}", ...given] = process.argv.slice(2);
    await enqueue(JSON.parse(options) as QueueValues, given);
} catch (error) {
    const words = isSystemError(error)
        ? systemWords(error)
        : error instanceof Error
          ? error.message
          : String(error);
    warn(`not queued: ${words.split("\n")[0] ?? ""}`);
}
await watchdog.terminate();

async function enqueue(options: QueueValues, given: readonly string[]): Promise<void> {
    const limit = queueLimit(options);
    const paths = given.length > 0 ? given : await builtPaths(process.env);
    for (const path of paths.filter((one) => !isStorePath(one)))
        warn(`${path} is no store path, and is not queued`);
    const right = paths.filter(isStorePath);
    if (right.length === 0) return;
    const added = new Incoming(queueFolder(options)).add(right, limit);
    right.forEach((path, n) => {
        if (added[n] === "dropped") warn(`the queue is full (${limit}): ${path} is not pushed`);
    });
}

function warn(line: string): void {
    console.error(`nix-cache: ${line}`);
}
