import { logFile } from "./cache.ts";
import { during, type Say } from "./progress.ts";
import { run } from "./run.ts";
import { executable, isDebian, pathFolders, versionOf } from "./search.ts";
import { FITS } from "./versions.ts";

/** Where Nix's own installer puts it, for shells that have not read its profile. */
const NIX_PROFILE = "/nix/var/nix/profiles/default/bin";

/**
 * The folder with `nix` and `nix-store`: on PATH, else installed with apt where
 * that is possible without asking (Debian, as root).
 *
 * @returns undefined when Nix cannot be had, which is no error
 */
export async function findNix(say: Say): Promise<string | undefined> {
    const there = await installedNix();
    if (there !== undefined) return there;
    if (process.getuid?.() !== 0 || !isDebian()) return undefined;
    return during(say, "Installing Debian's nix-bin", installWithApt());
}

async function installedNix(): Promise<string | undefined> {
    for (const folder of [...pathFolders(), NIX_PROFILE]) {
        const nix = executable(`${folder}/nix`);
        // nix-store may be a link to nix, so the folder counts, not the real file's.
        if (
            nix !== undefined &&
            executable(`${folder}/nix-store`) !== undefined &&
            FITS.nix(await versionOf(nix))
        ) {
            return folder;
        }
    }
    return undefined;
}

async function installWithApt(): Promise<string | undefined> {
    const log = logFile("nix-bin");
    const options = { log, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, timeoutMs: 300_000 };
    const install = () => run("apt-get", ["install", "-y", "--no-install-recommends", "nix-bin"], options);
    let { status } = await install();
    if (status !== 0) {
        // New containers come without package lists.
        await run("apt-get", ["update"], options);
        ({ status } = await install());
    }
    return status === 0 ? installedNix() : undefined;
}
