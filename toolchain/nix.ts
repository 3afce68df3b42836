import { aptInstall, canInstall } from "./apt.ts";
import { during, type Say } from "../src/system/progress.ts";
import { executable, pathFolders, versionOf } from "./search.ts";
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
    if (!canInstall()) return undefined;
    await during(say, "Installing Debian's nix-bin", aptInstall("nix-bin"));
    return installedNix();
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
