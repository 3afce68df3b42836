import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { fingerprint, type NarInfo } from "./narinfo.ts";

/** Names of the words that a narinfo's object keeps, beside its text. */
export const VOUCH_WORDS = {
    /** {@link vouch}. */
    vouch: "vouch",
    /** The field URL. */
    url: "nar",
    /** The field Compression. */
    compression: "compression",
    /** The field FileHash. */
    fileHash: "file-hash",
    /** The field FileSize. */
    fileSize: "file-size",
} as const;

/** What a narinfo says that is not known before its NAR was compressed. */
export type Vouched = Required<Pick<NarInfo, "url" | "compression" | "fileHash" | "fileSize">>;

/** Keeps this use of the signing key apart from any other. Never change it: what is in caches would be read again. */
const LABEL = "nix-cache vouch v1";

/**
 * What a pusher says of a narinfo that it has written: that its text, by its MD5,
 * is the narinfo of this path, signed, and names this NAR. A listing has it beside
 * the text's MD5, so that a narinfo need not be read to be known as good.
 *
 * Only who has the secret signing key can make it or check it, as only they make
 * signatures. It says nothing to hosts, which read the signature.
 *
 * @param secretKey the key that the narinfo is signed with, as Nix writes it
 * @param info what the narinfo says; of it, what its signature covers and what is vouched for
 * @param etag MD5 of the narinfo's text, in hexadecimal, as S3 says it
 */
export function vouch(
    secretKey: string,
    info: Vouched & Pick<NarInfo, "storePath" | "narHash" | "narSize" | "references">,
    etag: string,
): string {
    const { url, compression, fileHash, fileSize } = info;
    const text = [LABEL, etag, url, compression, fileHash, fileSize, fingerprint(info)].join("\n");
    return createHmac("sha256", keyOf(secretKey)).update(text).digest("base64");
}

/** The key that was used last, as an object: Node makes one for each use otherwise, which takes longer than the hash. */
let last: { readonly text: string; readonly key: KeyObject } | undefined;

function keyOf(text: string): KeyObject {
    if (last?.text !== text) last = { text, key: createSecretKey(text, "utf8") };
    return last.key;
}
