import type { Upstreams } from "../content/upstream.ts";
import type { Cache } from "../s3/bucket.ts";
import type { Nix } from "../store/nix.ts";
import type { Broken, BrokenFinder } from "./broken.ts";
import { localPaths } from "./localPaths.ts";
import { LookProgress } from "./lookProgress.ts";
import { sorted, withReferrers, type RepairPlan } from "./repairPlan.ts";

/**
 * Looks for what is broken in what this machine has, and plans what becomes of it.
 *
 * @param admin the cache as the administrator asks it; undefined: nothing can be removed
 * @throws ServerError when the server does not answer; MachineError when Nix cannot say
 */
export async function planRepair(
    broken: readonly Broken[],
    finder: BrokenFinder,
    nix: Nix,
    admin: Cache | undefined,
    upstreams: Upstreams,
): Promise<RepairPlan> {
    const { lost, left, ...pushes } = sorted(broken, await localPaths(nix, broken));
    if (admin === undefined) return { ...pushes, left, stuck: lost, remove: [] };
    const taken: Broken[] = [];
    const unusable: Broken[] = [];
    for (const one of lost) {
        const isFile = one.faults.every((fault) => fault === "nar" || fault === "file hash");
        const isTaken = isFile && (await finder.isTaken(one.key));
        (isTaken ? taken : unusable).push(one);
    }
    const progress = new LookProgress();
    const remove = await withReferrers(admin, unusable, pushes.push, upstreams, () => progress.look());
    return { ...pushes, left: [...left, ...taken], stuck: [], remove };
}
