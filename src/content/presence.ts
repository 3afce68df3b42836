import { undoCoding } from "../cache/contentCoding.ts";
import { daysOf, expiryOf } from "../cache/expiryDates.ts";
import { parseNarinfo, verifyNarinfo, type NarInfo } from "../cache/narinfo.ts";
import { isKnownCompression, isOwnNarUrl } from "../cache/narUrl.ts";
import { canonicalSha256 } from "../cache/sha256.ts";
import { LIMITS } from "../s3/limits.ts";
import type { Answer } from "../s3/connection.ts";
import { TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import type { Member } from "../store/closure.ts";
import { FILE_HASH } from "./narThere.ts";
import { PathError } from "../cache/faults.ts";
import { baseName, narinfoKey } from "../cache/storePath.ts";

/** What is asked of a path: what its narinfo must fit. */
export type Wanted = Pick<Member, "path" | "references" | "refersToItself" | "narHash" | "narSize">;

/** What the cache has of a path. */
export interface Presence {
    /** Whether there is a narinfo, however it is. */
    readonly hasNarinfo: boolean;
    /** Whether the narinfo is good and its NAR is not: what may be there is replaced. Default: no. */
    readonly hasBadNar?: true;
    /** Whether its NAR is read before it is taken for good, whatever is noted beside it. Default: no. */
    readonly isDoubted?: true;
    /** The path, if its narinfo and its NAR are as they must be; undefined: it has to be pushed. */
    readonly good?: Found;
}

/** A path that is in the cache. Times are in milliseconds since 1970; Infinity: never. */
export interface Found {
    /** Full store path. */
    readonly path: string;
    /** Its NAR's name. */
    readonly url: string;
    /** When the narinfo goes. */
    readonly narinfoUntil: number;
    /** When its NAR goes. */
    readonly narUntil: number;
}

/** A narinfo that hosts accept, before its NAR was looked at. */
export interface GoodNarinfo {
    readonly path: string;
    readonly url: string;
    /** Bytes that its NAR must have; undefined: any number. */
    readonly narFileSize: number | undefined;
    /** Hash that its NAR's file has to have, as narinfos write it; undefined: it does not say. */
    readonly fileHash: string | undefined;
    readonly until: number;
    /** Days of the rule that it goes by; Infinity: none. */
    readonly days: number;
}

/** The file that a narinfo names, as the server has it. */
export interface NarObject {
    /** Bytes. */
    readonly size: number;
    /** Hash of the file, as its uploader noted it; undefined: nobody did. */
    readonly fileHash: string | undefined;
    /** When it goes, in milliseconds; Infinity: never. */
    readonly until: number;
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
    wanted: Wanted,
    trustedPublicKeys: readonly string[],
): Promise<Presence> {
    const narinfo = await narinfoOf(cache, wanted, trustedPublicKeys);
    if (typeof narinfo === "string") return { hasNarinfo: narinfo !== "absent" };
    return withNar(narinfo, await narObject(cache, narinfo.url));
}

/** Asks for a path's narinfo, and judges it. @throws as {@link presenceOf} */
export async function narinfoOf(
    cache: Cache,
    wanted: Wanted,
    trustedPublicKeys: readonly string[],
): Promise<GoodNarinfo | "absent" | "bad"> {
    const answer = await whatIsThere(() => ask(cache, "GET", narinfoKey(wanted.path), { kind: "narinfo" }));
    if (answer?.status === 404) return "absent";
    const info = answer === undefined ? undefined : readable(answer);
    if (answer === undefined || info === undefined) return "bad";
    if (!fits(info, wanted) || !verifyNarinfo(info, trustedPublicKeys)) return "bad";
    const until = expiryOf(answer.headers);
    const modified = new Date(answer.headers["last-modified"] ?? Date.now());
    return {
        path: wanted.path,
        url: info.url,
        narFileSize: info.fileSize ?? sizeIfPlain(info),
        fileHash: info.fileHash === undefined ? undefined : canonicalSha256(info.fileHash),
        until,
        days: daysOf(modified, until),
    };
}

/** What a narinfo that hosts accept comes to with its NAR. @param nar undefined: there is none that hosts can read */
export function withNar(narinfo: GoodNarinfo, nar: NarObject | undefined): Presence {
    const { path, url, until, narFileSize, fileHash } = narinfo;
    const isSized = nar !== undefined && (narFileSize === undefined || nar.size === narFileSize);
    if (!isSized) return { hasNarinfo: true, hasBadNar: true };
    // Hosts do not look at it, but it is not what its narinfo says.
    if (fileHash !== undefined && nar.fileHash !== undefined && nar.fileHash !== fileHash)
        return { hasNarinfo: true };
    return { hasNarinfo: true, good: { path, url, narinfoUntil: until, narUntil: nar.until } };
}

/** Asks for a NAR; undefined where there is none that hosts can read. */
export async function narObject(cache: Cache, url: string): Promise<NarObject | undefined> {
    const answer = await whatIsThere(() => ask(cache, "HEAD", url, { kind: "short" }));
    // Nobody pushes NARs with one, and hosts would undo it.
    if (answer?.status !== 200 || answer.headers["content-encoding"] !== undefined) return undefined;
    const hash = answer.headers[`x-amz-meta-${FILE_HASH}`];
    return {
        size: Number(answer.headers["content-length"]),
        fileHash: typeof hash === "string" ? canonicalSha256(hash) : undefined,
        until: expiryOf(answer.headers),
    };
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
function fits(info: NarInfo, { path, references, narHash, narSize }: Wanted): boolean {
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
