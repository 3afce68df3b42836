import { everyNarinfo } from "../content/everyNarinfo.ts";
import { fullPath } from "../cache/storePath.ts";
import type { Upstreams } from "../content/upstream.ts";
import type { Cache } from "../s3/bucket.ts";
import type { Broken } from "./broken.ts";
import { hashOf } from "./doomed.ts";
import type { LocalPaths } from "./localPaths.ts";

/** A broken narinfo that goes, or one that refers to such a one. */
export interface Removal {
    /** Its object name. */
    readonly key: string;
    readonly path?: string;
    /** What is wrong with it; of one that only refers to others that go, what that is. */
    readonly wrong: readonly string[];
    /** Hashes of what it refers to. */
    readonly references: readonly string[];
    /** What its narinfo was, by its ETag; undefined: it is looked at again before it goes. */
    readonly etag?: string;
    /** Whether nothing is wrong with it but that it refers to what goes. */
    readonly isReferrer: boolean;
}

/** What a repair would do. */
export interface RepairPlan {
    /** Pushed from this machine's store: paths that are broken, or that broken ones refer to. */
    readonly push: readonly string[];
    /** The broken narinfos that are good after that. */
    readonly pushed: readonly Broken[];
    /** Whose narinfos go. */
    readonly remove: readonly Removal[];
    /** What is left as it is: not the content is at fault, or hosts take it all the same. */
    readonly left: readonly Broken[];
    /** What would go, if who asks may remove anything. */
    readonly stuck: readonly Broken[];
}

/** Says what is to become of what is broken: first without a look at who refers to it. */
export function sorted(
    broken: readonly Broken[],
    { valid, named }: LocalPaths,
): Omit<RepairPlan, "remove" | "stuck"> & { readonly lost: readonly Broken[] } {
    const push = new Set<string>();
    const pushed: Broken[] = [];
    const lost: Broken[] = [];
    const left: Broken[] = [];
    for (const one of broken) {
        const path = one.path ?? named.get(one.key);
        const missing = one.missing.map(fullPath);
        if (one.faults.includes("answer")) left.push(one);
        else if (path !== undefined && valid.has(path)) {
            push.add(path);
            for (const other of missing) if (valid.has(other)) push.add(other);
            pushed.push({ ...one, path });
        } else if (
            one.faults.every((fault) => fault === "reference") &&
            missing.every((other) => valid.has(other))
        ) {
            for (const other of missing) push.add(other);
            pushed.push(one);
        } else lost.push(one);
    }
    return { push: [...push], pushed, left, lost };
}

/**
 * Adds who refers to what goes: a host could not get these whole any more. What
 * another cache has, or one that could not be asked may have, takes nobody with it.
 *
 * Each step from one to who refers to it is a look through all narinfos.
 *
 * @param push paths that are pushed, and so are good afterwards
 * @throws ServerError when the server does not answer, or refuses
 */
export async function withReferrers(
    cache: Cache,
    lost: readonly Broken[],
    push: readonly string[],
    upstreams: Upstreams,
    onLook: () => void,
): Promise<Removal[]> {
    const kept = new Set(push.map(hashOf));
    const removals = new Map(
        lost.map(({ key, path, wrong }): [string, Removal] => [
            hashOf(key),
            { key, ...(path === undefined ? {} : { path }), wrong, references: [], isReferrer: false },
        ]),
    );
    for (let grew = removals.size > 0; grew;) {
        const found: Removal[] = [];
        await everyNarinfo(cache, {
            onLook,
            work: async ({ key, info, headers }) => {
                const hash = hashOf(key);
                const known = removals.get(hash);
                if (known !== undefined && !known.isReferrer && known.references.length === 0)
                    removals.set(hash, { ...known, references: info.references.map(hashOf) });
                if (known !== undefined || kept.has(hash)) return;
                for (const name of info.references) {
                    if (!removals.has(hashOf(name)) || hashOf(name) === hash) continue;
                    if ((await upstreams.has(name)) !== "nowhere") continue;
                    found.push({
                        key,
                        path: info.storePath,
                        wrong: [`it refers to ${name}, which goes`],
                        references: info.references.map(hashOf),
                        ...(headers.etag === undefined ? {} : { etag: headers.etag }),
                        isReferrer: true,
                    });
                    return;
                }
            },
        });
        for (const one of found) removals.set(hashOf(one.key), one);
        grew = found.length > 0;
    }
    return [...removals.values()];
}
