import { createHash } from "node:crypto";
import type { NarFile } from "../../content/putNar.ts";
import { byBytes } from "../../cache/nar.ts";
import { formatNarinfo, signNarinfo } from "../../cache/narinfo.ts";
import { canonicalSha256 } from "../../cache/sha256.ts";
import { baseName } from "../../cache/storePath.ts";
import { VOUCH_WORDS, vouch } from "../../cache/vouch.ts";
import type { Member } from "../../store/closure.ts";

/** A narinfo as it is uploaded. */
export interface NarinfoObject {
    readonly text: string;
    /** The words that are kept with it. */
    readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A path's narinfo with all that Nix writes, signed beside the signatures that it
 * has already.
 *
 * @param signingKey secret, as Nix writes it
 * @param others further keys that it is signed with
 */
export function narinfoObject(
    member: Member,
    nar: Pick<NarFile, "url" | "compression" | "fileHash" | "fileSize">,
    signingKey: string,
    others: readonly string[] = [],
): NarinfoObject {
    const { path, references, refersToItself, narHash, narSize, deriver, ca, signatures } = member;
    const { url, compression, fileHash, fileSize } = nar;
    const info = {
        storePath: path,
        url,
        compression,
        fileHash,
        fileSize,
        narHash: canonicalSha256(narHash) ?? narHash,
        narSize,
        references: [...references, ...(refersToItself === true ? [path] : [])].map(baseName).sort(byBytes),
        ...(deriver === undefined ? {} : { deriver: baseName(deriver) }),
        ...(ca === undefined ? {} : { ca }),
        signatures: signatures.filter((one) => /^[^\s:]+:\S+$/.test(one)),
    };
    const text = formatNarinfo([signingKey, ...others].reduce(signNarinfo, info));
    const etag = createHash("md5").update(text).digest("hex");
    return {
        text,
        metadata: {
            [VOUCH_WORDS.url]: url,
            [VOUCH_WORDS.compression]: compression,
            [VOUCH_WORDS.fileHash]: fileHash,
            [VOUCH_WORDS.fileSize]: String(fileSize),
            [VOUCH_WORDS.vouch]: vouch(signingKey, info, etag),
        },
    };
}
