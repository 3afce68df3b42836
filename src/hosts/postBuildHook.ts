import { shellWord } from "./quoting.ts";

/** What a hook is told beyond what it is by itself. */
export interface HookSettings {
    /** The queue's folder. Default: NIX_CACHE_QUEUE, else root's or the user's own. */
    readonly queue?: string;
    /** Number of paths that may wait. Default: NIX_CACHE_QUEUE_LIMIT, else 10 000. */
    readonly limit?: number;
}

/**
 * The program for Nix's `post-build-hook`, whole, for a POSIX shell. Nix takes one
 * program without arguments, so the settings stand in it.
 *
 * @param script the program without settings, its first line included (nixos/postBuildHook.sh)
 */
export function postBuildHook(script: string, { queue, limit }: HookSettings): string {
    const settings = [
        ...(queue === undefined ? [] : [`NIX_CACHE_QUEUE=${shellWord(queue)}\n`]),
        ...(limit === undefined ? [] : [`NIX_CACHE_QUEUE_LIMIT=${limit}\n`]),
    ];
    return script.replace("\n", () => `\n${settings.join("")}`);
}
