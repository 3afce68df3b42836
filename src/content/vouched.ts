import { canonicalSha256 } from "../cache/sha256.ts";
import { baseName } from "../cache/storePath.ts";
import { VOUCH_WORDS, vouch, type Vouched } from "../cache/vouch.ts";
import type { PageObject } from "../s3/listPage.ts";
import type { Wanted } from "./presence.ts";

/**
 * What a narinfo says, where who pushed it vouches that it is the one of this
 * path as the local store has it.
 *
 * @returns undefined where nobody does: it has to be read
 */
export function vouchedFor(
    { etag, isPlain, words }: PageObject,
    { path, references, refersToItself, narHash, narSize }: Wanted,
    signingKey: string,
): Vouched | undefined {
    const given = words.get(VOUCH_WORDS.vouch);
    const url = words.get(VOUCH_WORDS.url);
    const compression = words.get(VOUCH_WORDS.compression);
    const fileHash = words.get(VOUCH_WORDS.fileHash);
    const fileSize = Number(words.get(VOUCH_WORDS.fileSize));
    const hash = canonicalSha256(narHash);
    if (given === undefined || url === undefined || compression === undefined || fileHash === undefined)
        return undefined;
    if (hash === undefined || !isPlain) return undefined;
    const info = {
        storePath: path,
        narHash: hash,
        narSize,
        references: [...references, ...(refersToItself === true ? [path] : [])].map(baseName),
        url,
        compression,
        fileHash,
        fileSize,
    };
    return vouch(signingKey, info, etag) === given ? { url, compression, fileHash, fileSize } : undefined;
}
