import { closuresOf } from "../../store/closures.ts";
import { isOutage } from "../../store/outage.ts";
import type { Settings } from "../settings.ts";
import type { Outcome } from "./outcome.ts";
import type { BatchOptions } from "./pushClosures.ts";

/**
 * Pushes paths with all that they refer to. Nix is asked once, the cache for each
 * path once, and much is uploaded at the same time; but a path is visible only
 * after its NAR and after all that it refers to.
 *
 * It may be ended at any moment and done again: what is there is not sent again.
 * A path that fails keeps no other, but those that refer to it. Where the server
 * or this machine is not able to, nothing new is begun, and what is not done waits.
 *
 * @returns for each path what became of it; nothing is thrown for what the server,
 *   this machine or a path does
 */
export async function pushBatch(
    settings: Settings,
    paths: readonly string[],
    options: BatchOptions = {},
): Promise<Map<string, Outcome>> {
    const asked = [...new Set(paths)];
    const outcomes = new Map<string, Outcome>();
    const say = (path: string, outcome: Outcome) => {
        if (outcomes.has(path)) return;
        outcomes.set(path, outcome);
        options.onProgress?.({ kind: "done", path, outcome });
    };
    try {
        const [{ members, bad }, { pushClosures }] = await Promise.all([
            closuresOf(settings.nix, asked),
            // Loaded while Nix is at work.
            import("./pushClosures.ts"),
        ]);
        for (const [path, error] of bad) say(path, { kind: "failed", error });
        const roots = asked.filter((path) => !bad.has(path));
        if (roots.length > 0) await pushClosures({ settings, members, roots, options, say });
    } catch (error) {
        if (!(error instanceof Error) || !isOutage(error)) throw error;
        // It was nobody's turn; one is to say what was wrong.
        const left = asked.filter((path) => !outcomes.has(path));
        left.forEach((path, index) => say(path, { kind: "waits", error, tried: index === 0 }));
    }
    return outcomes;
}
