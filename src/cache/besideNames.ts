import { baseName } from "./storePath.ts";

/**
 * Folders of what is beside the paths of a cache. Source: `binary-cache-store.cc`,
 * `addBuildLog`, `addToStoreCommon`, `makeRealisationPath`.
 */
export const BESIDE = {
    logs: "log/",
    debugInfo: "debuginfo/",
    /** To Nix 2.34. */
    realisations: "realisations/",
    /** From Nix 2.35 on. */
    buildTraces: "build-trace-v2/",
} as const;

/** Where the log of a build is, by its derivation: `log/HASH-NAME.drv`. @param deriver its name, or full store path */
export function logKey(deriver: string): string {
    return `${BESIDE.logs}${deriver.startsWith("/") ? baseName(deriver) : deriver}`;
}

/**
 * Where a debugger finds the debug information of a build ID: the name that Nix
 * writes, and the one that Hydra writes and dwarffs asks for.
 *
 * @param buildId hexadecimal digits
 */
export function debugLinkKeys(buildId: string): string[] {
    return [`${BESIDE.debugInfo}${buildId}.debug`, `${BESIDE.debugInfo}${buildId}`];
}
