import type { NarFile } from "../../content/putNar.ts";
import { byBytes } from "../../cache/nar.ts";
import { formatNarinfo, signNarinfo } from "../../cache/narinfo.ts";
import { canonicalSha256 } from "../../cache/sha256.ts";
import { baseName } from "../../cache/storePath.ts";
import type { Member } from "../../store/closure.ts";

/**
 * A path's narinfo with all that Nix writes, signed beside the signatures that it
 * has already.
 *
 * @param signingKey secret, as Nix writes it
 */
export function narinfoText(
    member: Member,
    nar: Pick<NarFile, "url" | "compression" | "fileHash" | "fileSize">,
    signingKey: string,
): string {
    const { path, references, refersToItself, narHash, narSize, deriver, ca, signatures } = member;
    const info = {
        storePath: path,
        url: nar.url,
        compression: nar.compression,
        fileHash: nar.fileHash,
        fileSize: nar.fileSize,
        narHash: canonicalSha256(narHash) ?? narHash,
        narSize,
        references: [...references, ...(refersToItself === true ? [path] : [])].map(baseName).sort(byBytes),
        ...(deriver === undefined ? {} : { deriver: baseName(deriver) }),
        ...(ca === undefined ? {} : { ca }),
        signatures: signatures.filter((one) => /^[^\s:]+:\S+$/.test(one)),
    };
    return formatNarinfo(signNarinfo(info, signingKey));
}
