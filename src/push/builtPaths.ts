import { delimiter } from "node:path";
import { lastLine, run } from "../system/run.ts";

/** Where installers put Nix: a daemon started without a PATH of its own does not find it there. */
const NIX_PLACES = ["/nix/var/nix/profiles/default/bin", "/run/current-system/sw/bin"];

/** Nix waits for its hook no longer than two seconds of this, but what was built is to be queued all the same. */
const QUERY_MS = 20_000;

/**
 * What a build has made, as Nix tells its post-build-hook (Nix manual,
 * `post-build-hook`): OUT_PATHS. Nix 2.8, and 2.30 to 2.31 after `--rebuild`,
 * leave it empty (NixOS/nix#6446, #14287), so the outputs of DRV_PATH are asked
 * for then.
 *
 * @throws Error, one line, when they cannot be had
 */
export async function builtPaths(env: NodeJS.ProcessEnv): Promise<string[]> {
    const paths = words(env.OUT_PATHS);
    const [derivation] = words(env.DRV_PATH);
    if (paths.length > 0 || derivation === undefined) return paths;
    const PATH = [env.PATH ?? "", ...NIX_PLACES].join(delimiter);
    const query = ["--query", "--outputs", derivation];
    const { status, stdout, stderr, timedOut } = await run("nix-store", query, {
        env: { ...env, PATH },
        timeoutMs: QUERY_MS,
    });
    if (timedOut === true) throw new Error(`nix-store did not tell the outputs of ${derivation} in time`);
    if (status !== 0)
        throw new Error(`nix-store does not know the outputs of ${derivation}: ${lastLine(stderr)}`);
    return words(stdout);
}

function words(text = ""): string[] {
    return text.split(/\s+/).filter((word) => word !== "");
}
