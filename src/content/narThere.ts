import { createHash } from "node:crypto";
import { canonicalSha256, sha256Text } from "../cache/sha256.ts";
import { ServerError, TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { setMetadata } from "../s3/renew.ts";
import { stream } from "../s3/request.ts";
import type { Member } from "../store/closure.ts";
import { unpackStream, type Compression } from "./compression.ts";

/** Name of the word that a NAR's object keeps: the hash of the file, `sha256:…`. */
export const FILE_HASH = "file-hash";

/** Answers to a HEAD where the server cannot give an object: it is encrypted with somebody's own key. */
const UNREADABLE: readonly number[] = [400];

/** The file of a NAR that is in the cache. */
export interface NarThere {
    readonly fileHash: string;
    /** Bytes. */
    readonly fileSize: number;
}

/**
 * Whether the cache has the NAR under its name, and what its file is.
 *
 * An upload from here keeps the file's hash beside it. One that has none is of
 * somebody else, or of a push that was killed before its last word, or somebody
 * overwrote it: it is read as a host reads it, and the hash is kept if it is good.
 *
 * @param prove whether it is read in any case. Default: a kept hash is believed
 * @returns undefined where there is none, or a broken one
 * @throws ServerError when the server does not answer
 */
export async function narThere(
    cache: Cache,
    url: string,
    member: Pick<Member, "narHash" | "narSize">,
    compression: Compression["compression"],
    prove = false,
): Promise<NarThere | undefined> {
    const { status, headers } = await ask(cache, "HEAD", url, { kind: "short" }, UNREADABLE);
    if (status === 404 || UNREADABLE.includes(status) || headers["content-encoding"] !== undefined)
        return undefined;
    const fileSize = Number(headers["content-length"]);
    const kept = headers[`x-amz-meta-${FILE_HASH}`];
    const fileHash = typeof kept === "string" ? canonicalSha256(kept) : undefined;
    if (!prove && fileHash !== undefined && fileSize > 0) return { fileHash, fileSize };
    const read = await readThere(cache, url, member, compression);
    if (read !== undefined && read.fileHash !== fileHash)
        await setMetadata(cache, url, { [FILE_HASH]: read.fileHash });
    return read;
}

/** Whether there is something that the server cannot give. @throws ServerError when the server does not answer */
export async function isUnreadable(cache: Cache, url: string): Promise<boolean> {
    const { status } = await ask(cache, "HEAD", url, { kind: "short" }, UNREADABLE);
    return UNREADABLE.includes(status);
}

async function readThere(
    cache: Cache,
    url: string,
    { narHash, narSize }: Pick<Member, "narHash" | "narSize">,
    compression: Compression["compression"],
): Promise<NarThere | undefined> {
    const file = createHash("sha256");
    const nar = createHash("sha256");
    let fileSize = 0;
    let narBytes = 0;
    try {
        // No compression makes a NAR much larger.
        const most = narSize + narSize / 16 + 1024 * 1024;
        const { status, body } = await stream(cache.connection, `/${cache.bucket}/${url}`, most);
        if (status !== 200) return undefined;
        const counted = async function* () {
            for await (const piece of body) {
                file.update(piece);
                fileSize += piece.length;
                yield piece;
            }
        };
        for await (const piece of unpackStream(counted(), compression)) {
            nar.update(piece);
            narBytes += piece.length;
            if (narBytes > narSize) return undefined;
        }
    } catch (error) {
        if (error instanceof ServerError && !(error instanceof TooLarge)) throw error;
        return undefined;
    }
    if (narBytes !== narSize || sha256Text(nar.digest()) !== canonicalSha256(narHash)) return undefined;
    return { fileHash: sha256Text(file.digest()), fileSize };
}
