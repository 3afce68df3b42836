import { baseName } from "../cache/storePath.ts";
import type { Cache } from "../s3/bucket.ts";
import { mapAtOnce } from "../system/pool.ts";
import { narObjects } from "./narObjects.ts";
import { pathHere, type PathHere } from "./pathHere.ts";
import type { NarObject } from "./presence.ts";
import type { Upstreams } from "./upstream.ts";

/** Requests that are under way at the same time. */
const AT_ONCE = 16;

/** A path that hosts can get from this cache. */
export interface MemberHere extends PathHere {
    /** When its NAR goes, in milliseconds since 1970; Infinity: never. */
    readonly narUntil: number;
    /** Bytes of the NAR's file. */
    readonly bytes: number;
}

/** What hosts can get of some paths with all that they refer to. */
export interface ClosureHere {
    /** In this cache, by full path: signed, and with their NAR. */
    readonly members: ReadonlyMap<string, MemberHere>;
    /** Full paths that are in another cache. What they refer to is there too, and was not looked at. */
    readonly elsewhere: readonly string[];
    /** Full paths that are in no cache. */
    readonly missing: readonly string[];
    /** Full paths that are not in this cache, while another could not be asked. */
    readonly unknown: readonly string[];
}

/** How a closure is walked. */
export interface WalkOptions {
    readonly trustedPublicKeys: readonly string[];
    readonly upstreams: Pick<Upstreams, "has">;
    /** Whether a path must be in this cache, wherever else it is. Default: none must. */
    readonly mustBeHere?: (path: string) => boolean;
    /** Told how many paths were looked at. Default: nobody is. */
    readonly onProgress?: (paths: number) => void;
}

/**
 * Walks the closures of paths by the narinfos of the cache, each path once, and
 * asks for their NARs by pages of a listing or one by one. What is in memory is a
 * line for each path.
 *
 * @param roots full store paths
 * @throws ServerError when the server does not answer
 */
export async function closureHere(
    cache: Cache,
    roots: readonly string[],
    { trustedPublicKeys, upstreams, mustBeHere = () => false, onProgress }: WalkOptions,
): Promise<ClosureHere> {
    const found = new Map<string, PathHere | undefined>();
    let done = 0;
    for (let next = [...new Set(roots)]; next.length > 0;) {
        next.forEach((path) => found.set(path, undefined));
        const here = await mapAtOnce(next, AT_ONCE, async (path) => {
            const one = await pathHere(cache, path, trustedPublicKeys);
            onProgress?.(++done);
            return one;
        });
        const references = new Set<string>();
        for (const one of here) {
            if (one === undefined) continue;
            found.set(one.path, one);
            for (const path of one.references) if (!found.has(path)) references.add(path);
        }
        next = [...references];
    }
    const narinfos = [...found.values()].filter((one) => one !== undefined);
    const urls = [...new Set(narinfos.map(({ url }) => url))];
    const nars = await narObjects(cache, urls, { known: new Map(), rest: [] });
    const members = new Map(
        narinfos.flatMap((one): [string, MemberHere][] => {
            const nar = nars.get(one.url);
            return isOf(one, nar) ? [[one.path, { ...one, narUntil: nar.until, bytes: nar.size }]] : [];
        }),
    );
    const lost = [...found.keys()].filter((path) => !members.has(path));
    const answers = await mapAtOnce(lost, AT_ONCE, async (path) =>
        mustBeHere(path) ? "nowhere" : await upstreams.has(baseName(path)),
    );
    const those = (answer: (typeof answers)[number]) => lost.filter((_, index) => answers[index] === answer);
    return {
        members,
        elsewhere: those("there"),
        missing: those("nowhere"),
        unknown: those("unknown"),
    };
}

function isOf({ narFileSize }: PathHere, nar: NarObject | undefined): nar is NarObject {
    return nar !== undefined && (narFileSize === undefined || nar.size === narFileSize);
}
