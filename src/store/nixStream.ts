import { spawn } from "node:child_process";
import { join } from "node:path";
import { MachineError } from "../cache/faults.ts";
import { nixMessage, type Nix } from "./nix.ts";
import { nixEnvironment } from "./nixEnvironment.ts";
import { nixFault } from "./outage.ts";

/** Characters of what Nix says that are kept. */
const WORDS = 16 * 1024;

/**
 * What a command of Nix writes, piece by piece, for what is too large for memory.
 *
 * @param what names it in an error
 * @param limitMs milliseconds after which it is killed
 * @throws PathError or MachineError with what Nix said
 */
export async function* nixStream(
    nix: Nix,
    name: "nix" | "nix-store",
    what: string,
    args: readonly string[],
    limitMs: number,
): AsyncGenerator<Buffer> {
    const command = nix.bin === undefined ? name : join(nix.bin, name);
    const child = spawn(command, args, {
        env: nixEnvironment(nix.env ?? process.env, nix.home),
        stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-WORDS)));
    const ended = new Promise<number | null>((resolve) => {
        child.once("error", () => resolve(127));
        child.once("close", resolve);
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), Math.min(limitMs, 2 ** 31 - 1));
    try {
        yield* child.stdout as AsyncIterable<Buffer>;
        const status = await ended;
        if (status === 127) throw new MachineError(`${command} cannot be run: is Nix on PATH?`);
        if (status === null) throw new MachineError(`${what} was killed, or took too long`);
        if (status !== 0) throw nixFault(nixMessage({ status, stdout: "", stderr }));
    } finally {
        clearTimeout(timer);
        child.kill("SIGKILL");
        await ended;
    }
}
