import { spawn } from "node:child_process";
import { join } from "node:path";
import { MachineError } from "../cache/faults.ts";
import { inStore, nixMessage, timeLimitMs, type Nix } from "./nix.ts";
import { nixEnvironment } from "./nixEnvironment.ts";
import { nixFault } from "./outage.ts";

/** Characters of what Nix says that are kept. */
const WORDS = 16 * 1024;

/**
 * A path's NAR as Nix itself gives it: for stores whose files are not on this
 * machine's disk, or not to be found there.
 *
 * @param bytes of the NAR, which say how long it may take
 * @throws PathError or MachineError with what Nix said
 */
export async function* dumpPath(nix: Nix, path: string, bytes: number): AsyncGenerator<Buffer> {
    const command = nix.bin === undefined ? "nix" : join(nix.bin, "nix");
    const child = spawn(
        command,
        [
            ...["--extra-experimental-features", "nix-command", "--offline"],
            ...["store", "dump-path", ...inStore(nix), path],
        ],
        { env: nixEnvironment(nix.env ?? process.env, nix.home), stdio: ["ignore", "pipe", "pipe"] },
    );
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-WORDS)));
    const ended = new Promise<number | null>((resolve) => {
        child.once("error", () => resolve(127));
        child.once("close", resolve);
    });
    const limit = timeLimitMs(bytes, nix.patienceMs);
    const timer = setTimeout(() => child.kill("SIGKILL"), Math.min(limit, 2 ** 31 - 1));
    try {
        yield* child.stdout as AsyncIterable<Buffer>;
        const status = await ended;
        if (status === 127) throw new MachineError(`${command} cannot be run: is Nix on PATH?`);
        if (status === null) throw new MachineError("nix store dump-path was killed, or took too long");
        if (status !== 0) throw nixFault(nixMessage({ status, stdout: "", stderr }));
    } finally {
        clearTimeout(timer);
        child.kill("SIGKILL");
        await ended;
    }
}
