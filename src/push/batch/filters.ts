import { fitsPattern } from "../../cache/namePattern.ts";
import { baseName } from "../../cache/storePath.ts";
import { inWords } from "../../s3/limits.ts";
import { isSignedBy, type Member } from "../../store/closure.ts";
import type { Filters } from "../settings.ts";
import type { Filtered, FilteredCounts } from "./outcome.ts";
import type { Upstreams } from "./upstreams.ts";

/** Why a path is not to be in the cache. */
export interface LeftOut {
    readonly by: "tooLarge" | "pattern";
    /** In words, for a line that begins with the path. */
    readonly reason: string;
}

/** What filters say of paths. */
export interface Sieved {
    /** Paths that another cache has: hosts get them there. */
    readonly elsewhere: ReadonlySet<string>;
    /** Paths that are not to be in the cache, and all that refers to them. */
    readonly leftOut: ReadonlyMap<string, LeftOut>;
    readonly counts: FilteredCounts;
}

/**
 * Says what is not pushed.
 *
 * What refers to a path that is too large, or whose name is excluded, is left out
 * too: a host that finds it would look for all that it refers to, find no cache
 * that has it, and fail, or build all of it.
 *
 * @param members references before who refers to them
 * @param isThere whether the cache has a path: nothing is left out then
 */
export async function sieve(
    filters: Filters,
    upstreams: Upstreams,
    members: readonly Member[],
    isThere: (path: string) => boolean,
): Promise<Sieved> {
    const counts: Record<Filtered, number> = { upstreamKey: 0, upstreamCache: 0, tooLarge: 0, pattern: 0 };
    const elsewhere = new Set<string>();
    const leftOut = new Map<string, LeftOut>();
    const candidates: Member[] = [];
    for (const member of members) {
        if (isSignedBy(member, filters.upstreamKeys)) {
            elsewhere.add(member.path);
            counts.upstreamKey++;
        } else if (!isThere(member.path)) candidates.push(member);
    }
    const has = await upstreams.have(candidates.map(({ path }) => path));
    for (const member of candidates) {
        const { path } = member;
        if (has.has(path)) {
            elsewhere.add(path);
            counts.upstreamCache++;
            continue;
        }
        const why = ownReason(filters, member) ?? referred(member, leftOut);
        if (why === undefined) continue;
        leftOut.set(path, why);
        counts[why.by]++;
    }
    return { elsewhere, leftOut, counts };
}

function ownReason({ exclude, maxPathSize }: Filters, { path, narSize }: Member): LeftOut | undefined {
    const name = baseName(path).slice(33);
    const pattern = exclude.find((one) => fitsPattern(one, name));
    if (pattern !== undefined) return { by: "pattern", reason: `its name is excluded (${pattern})` };
    if (maxPathSize === undefined || narSize <= maxPathSize) return undefined;
    const [size, most] = [inWords(narSize), inWords(maxPathSize)];
    return { by: "tooLarge", reason: `it has ${size}, and a path may have ${most}` };
}

function referred({ references }: Member, leftOut: ReadonlyMap<string, LeftOut>): LeftOut | undefined {
    for (const reference of references) {
        const why = leftOut.get(reference);
        if (why === undefined) continue;
        const isFirst = !why.reason.startsWith("it refers to ");
        return { by: why.by, reason: isFirst ? `it refers to ${reference}: ${why.reason}` : why.reason };
    }
    return undefined;
}
