import { parseNarinfo, verifyNarinfo, type NarInfo } from "../cache/narinfo.ts";
import type { Answer } from "../server/request.ts";
import { ask, type Cache } from "./cache.ts";
import type { Member } from "./closure.ts";
import { expiry } from "./expiry.ts";
import { narinfoKey } from "./storePath.ts";

/** What the cache has of a path. */
export interface Presence {
    /** Whether there is a narinfo, however it is. */
    readonly hasNarinfo: boolean;
    /** The narinfo and its NAR, if both are as they must be; undefined: the path has to be pushed. */
    readonly good?: Found;
}

/** A path that is in the cache. */
export interface Found {
    readonly info: NarInfo;
    /** When the narinfo goes, in milliseconds; Infinity: never. */
    readonly narinfoUntil: number;
    /** When its NAR goes. */
    readonly narUntil: number;
    /** Size of the NAR's file, in bytes. */
    readonly narFileSize: number;
}

/**
 * Asks the cache itself, never a local memory of it, for a path: its narinfo
 * with a signature that hosts accept, and its NAR with the right size.
 *
 * A narinfo of another build of the same path will do: hosts take either.
 */
export async function presenceOf(
    cache: Cache,
    member: Pick<Member, "path">,
    trustedPublicKeys: readonly string[],
): Promise<Presence> {
    const answer = await ask(cache, "GET", narinfoKey(member.path));
    if (answer.status === 404) return { hasNarinfo: false };
    const info = readable(answer, member.path);
    if (info === undefined || !verifyNarinfo(info, trustedPublicKeys)) return { hasNarinfo: true };
    const nar = await ask(cache, "HEAD", info.url);
    if (nar.status === 404) return { hasNarinfo: true };
    const narFileSize = Number(nar.headers["content-length"]);
    const should = info.fileSize ?? (info.compression === "none" ? info.narSize : narFileSize);
    if (narFileSize !== should) return { hasNarinfo: true };
    return {
        hasNarinfo: true,
        good: { info, narinfoUntil: expiry(answer), narUntil: expiry(nar), narFileSize },
    };
}

/** The narinfo, if it is one, and of this path. */
function readable(answer: Answer, path: string): NarInfo | undefined {
    try {
        const info = parseNarinfo(answer.body.toString("utf8"));
        return info.storePath === path ? info : undefined;
    } catch {
        return undefined;
    }
}
