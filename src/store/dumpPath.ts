import { inStore, timeLimitMs, type Nix } from "./nix.ts";
import { nixStream } from "./nixStream.ts";

/**
 * A path's NAR as Nix itself gives it: for stores whose files are not on this
 * machine's disk, or not to be found there.
 *
 * @param bytes of the NAR, which say how long it may take
 * @throws PathError or MachineError with what Nix said
 */
export function dumpPath(nix: Nix, path: string, bytes: number): AsyncGenerator<Buffer> {
    const args = [
        ...["--extra-experimental-features", "nix-command", "--offline"],
        ...["store", "dump-path", ...inStore(nix), path],
    ];
    return nixStream(nix, "nix", "nix store dump-path", args, timeLimitMs(bytes, nix.patienceMs));
}
