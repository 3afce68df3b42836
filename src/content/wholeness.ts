import { verifyNarinfo } from "../cache/narinfo.ts";
import { isPlainNarUrl } from "../cache/narUrl.ts";
import { baseName, fullPath, narinfoKey } from "../cache/storePath.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { mapAtOnce } from "../system/pool.ts";
import { narObject, readable, whatIsThere } from "./presence.ts";
import type { Upstreams } from "./upstream.ts";

/** Requests that are under way at the same time. */
const AT_ONCE = 16;

/** How much of some paths, with all that they refer to, hosts can get. */
export interface Wholeness {
    /** Paths that are in this cache: signed, and with their NAR. */
    readonly here: number;
    /** Full paths that are in another cache. What they refer to is there too, and was not looked at. */
    readonly elsewhere: readonly string[];
    /** Full paths that are in no cache. */
    readonly missing: readonly string[];
    /** Full paths that are not in this cache, while another could not be asked. */
    readonly unknown: readonly string[];
}

/**
 * Walks the closures of paths by their narinfos, each path once.
 *
 * @param roots full store paths; one that is not in this cache counts as missing, wherever else it is
 * @throws ServerError when the server does not answer
 */
export async function wholenessOf(
    cache: Cache,
    roots: readonly string[],
    trustedPublicKeys: readonly string[],
    upstreams: Pick<Upstreams, "has">,
): Promise<Wholeness> {
    const found = { elsewhere: [] as string[], missing: [] as string[], unknown: [] as string[] };
    let here = 0;
    const seen = new Set(roots.map(baseName));
    let next = [...seen];
    for (let isRoot = true; next.length > 0; isRoot = false) {
        const references = await mapAtOnce(next, AT_ONCE, async (name) => {
            const own = await referencesOf(cache, name, trustedPublicKeys);
            if (own !== undefined) {
                here += 1;
                return own;
            }
            const answer = isRoot ? "nowhere" : await upstreams.has(name);
            const kind = { there: "elsewhere", nowhere: "missing", unknown: "unknown" } as const;
            found[kind[answer]].push(fullPath(name));
            return [];
        });
        next = [...new Set(references.flat())].filter((name) => !seen.has(name));
        next.forEach((name) => seen.add(name));
    }
    return { here, ...found };
}

/** @returns base names; undefined where hosts cannot get the path from this cache */
async function referencesOf(
    cache: Cache,
    name: string,
    trustedPublicKeys: readonly string[],
): Promise<readonly string[] | undefined> {
    const path = fullPath(name);
    const answer = await whatIsThere(() => ask(cache, "GET", narinfoKey(path), { kind: "narinfo" }));
    const info = answer?.status === 200 ? readable(answer) : undefined;
    if (info?.storePath !== path || !isPlainNarUrl(info.url) || !verifyNarinfo(info, trustedPublicKeys))
        return undefined;
    const nar = await narObject(cache, info.url);
    const size = info.fileSize ?? (info.compression === "none" ? info.narSize : nar?.size);
    return nar !== undefined && nar.size === size ? info.references : undefined;
}
