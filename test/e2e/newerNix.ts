import { join } from "node:path";
import { executable, pathFolders, versionOf } from "../../toolchain/search.ts";

/** Folder of a Nix of at least 2.18, which NIX_CACHE_TEST_NIX names or PATH has. */
export async function newerNix(): Promise<string | undefined> {
    for (const folder of [process.env.NIX_CACHE_TEST_NIX ?? "", ...pathFolders()].filter(
        (one) => one !== "",
    )) {
        const file = executable(join(folder, "nix"));
        if (file === undefined) continue;
        const [, major = 0, minor = 0] = (/ (\d+)\.(\d+)/.exec(await versionOf(file)) ?? []).map(Number);
        if (major > 2 || (major === 2 && minor >= 18)) return folder;
    }
    return undefined;
}
