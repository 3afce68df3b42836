import { withConnections } from "../../s3/bucket.ts";
import { closuresOf } from "../../store/closures.ts";
import { plan } from "../batch/plan.ts";
import { Upstreams } from "../batch/upstreams.ts";
import { Memory } from "../memory.ts";
import type { Settings } from "../settings.ts";
import type { FilteredCounts } from "../batch/outcome.ts";

/** What a push would do. */
export interface DryRun {
    /** What would be uploaded, with bytes before compression; references before who refers to them. */
    readonly upload: readonly { readonly path: string; readonly bytes: number }[];
    /** Paths that the cache has. */
    readonly there: number;
    readonly filtered: FilteredCounts;
    /** What filters leave out, with the reason: it, or something that it refers to. */
    readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
    /** What was asked for and cannot be pushed. */
    readonly bad: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Asks the store and the caches as a push does, and sends nothing.
 *
 * @throws ServerError or MachineError when one of them cannot say
 */
export async function dryRun(settings: Settings, paths: readonly string[]): Promise<DryRun> {
    const { members, bad } = await closuresOf(settings.nix, [...new Set(paths)]);
    const upstreams = new Upstreams(settings.filters.upstreamCaches);
    return await withConnections(settings.cache, async (cache) => {
        const the = await plan(settings, cache, members, new Memory(), upstreams, Date.now());
        return {
            upload: the.order
                .filter(({ path }) => the.missing.has(path))
                .map(({ path, narSize }) => ({ path, bytes: narSize })),
            there: the.there.size,
            filtered: the.counts,
            leftOut: [...the.leftOut].map(([path, { reason }]) => ({ path, reason })),
            bad: [...bad].map(([path, { message }]) => ({ path, reason: message })),
        };
    });
}
