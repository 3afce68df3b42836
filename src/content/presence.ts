import { undoCoding } from "../cache/contentCoding.ts";
import { expiryOf } from "../cache/expiryDates.ts";
import { parseNarinfo, verifyNarinfo, type NarInfo } from "../cache/narinfo.ts";
import { isKnownCompression, isOwnNarUrl } from "../cache/narUrl.ts";
import { canonicalSha256 } from "../cache/sha256.ts";
import { LIMITS } from "../s3/limits.ts";
import type { Answer } from "../s3/connection.ts";
import { TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import type { Member } from "../store/closure.ts";
import { PathError } from "../cache/faults.ts";
import { baseName, narinfoKey } from "../cache/storePath.ts";

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
 * Whatever else is there under these names counts as absent and is replaced:
 * nothing that somebody put into the cache may keep a path out of it. A narinfo
 * of another build of the same path will do: hosts take either.
 *
 * @throws ServerError when the server does not answer, or refuses the builder
 */
export async function presenceOf(
    cache: Cache,
    member: Pick<Member, "path" | "references" | "narHash" | "narSize">,
    trustedPublicKeys: readonly string[],
): Promise<Presence> {
    const answer = await whatIsThere(() => ask(cache, "GET", narinfoKey(member.path), { kind: "narinfo" }));
    if (answer?.status === 404) return { hasNarinfo: false };
    const info = answer === undefined ? undefined : readable(answer);
    if (answer === undefined || info === undefined) return { hasNarinfo: true };
    if (!fits(info, member) || !verifyNarinfo(info, trustedPublicKeys)) return { hasNarinfo: true };
    const nar = await narFile(cache, info);
    if (nar?.size === undefined || nar.size !== (info.fileSize ?? sizeIfPlain(info) ?? nar.size))
        return { hasNarinfo: true };
    return {
        hasNarinfo: true,
        good: {
            info,
            narinfoUntil: expiryOf(answer.headers),
            narUntil: nar.until,
            narFileSize: nar.size,
        },
    };
}

/** The file that a narinfo names, as the server has it. */
export interface NarFile {
    /** Bytes. */
    readonly size: number;
    /** What S3 calls ETag, without quotes; empty where the server gives none. */
    readonly etag: string;
    /** When it goes, in milliseconds; Infinity: never. */
    readonly until: number;
}

/** Asks for a narinfo's NAR; undefined where there is none that hosts can read. */
export async function narFile(cache: Cache, { url }: Pick<NarInfo, "url">): Promise<NarFile | undefined> {
    const answer = await whatIsThere(() => ask(cache, "HEAD", url, { kind: "short" }));
    // Nobody pushes NARs with one, and hosts would undo it.
    if (answer?.status !== 200 || answer.headers["content-encoding"] !== undefined) return undefined;
    const { "content-length": length, etag = "" } = answer.headers;
    return { size: Number(length), etag: etag.replaceAll('"', ""), until: expiryOf(answer.headers) };
}

/** What was asked for; undefined where the server has something there that it cannot give: too large, or encrypted with somebody's own key */
export async function whatIsThere(asked: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
        return await asked();
    } catch (error) {
        if (error instanceof TooLarge || error instanceof PathError) return undefined;
        throw error;
    }
}

/** The narinfo in an answer; undefined where hosts could not read it. */
export function readable({ headers, body }: Answer): NarInfo | undefined {
    try {
        const text = undoCoding(body, headers["content-encoding"], LIMITS.narinfo.bytes).toString("utf8");
        return parseNarinfo(text);
    } catch {
        return undefined;
    }
}

/** Whether a narinfo is of this path, names its NAR as a push does, and refers to what the path refers to here. */
function fits(
    info: NarInfo,
    { path, references, narHash, narSize }: Pick<Member, "path" | "references" | "narHash" | "narSize">,
): boolean {
    const own = baseName(path);
    const others = new Set(info.references.filter((name) => name !== own));
    const isSame = canonicalSha256(info.narHash) === canonicalSha256(narHash);
    return (
        info.storePath === path &&
        isOwnNarUrl(info) &&
        isKnownCompression(info.compression) &&
        // Without it, nothing says that the file is whole.
        (info.compression === "none" || (info.fileSize ?? 0) > 0) &&
        // One that is nowhere keeps hosts from the path for ever.
        others.size === references.length &&
        references.every((reference) => others.has(baseName(reference))) &&
        (!isSame || info.narSize === narSize)
    );
}

function sizeIfPlain({ compression, narSize }: NarInfo): number | undefined {
    return compression === "none" ? narSize : undefined;
}
