import { isContentAddressed } from "./contentAddress.ts";
import { parseNarinfo, signNarinfo, verifyNarinfo, type NarInfo } from "./narinfo.ts";
import type { SigningKeyPair } from "./signingKey.ts";

/**
 * A narinfo with a signature by each of some keys, where it has one by a key that
 * hosts accept: only then is it what somebody pushed who had such a key. The text
 * stays as it is, fields that nobody knows here among it; lines are added at its end.
 *
 * @param text the narinfo, as hosts read it
 * @param info what it says
 * @param trusted public keys that hosts accept
 * @param keys those that are to sign
 * @returns `signed` where each of them has signed, or none is needed (hosts check a content-addressed path by its
 *   content); `untrusted` where no key that hosts accept has
 */
export function resigned(
    text: string,
    info: NarInfo,
    trusted: readonly string[],
    keys: readonly SigningKeyPair[],
): { readonly text: string } | "signed" | "untrusted" {
    if (!verifyNarinfo(info, trusted)) return isContentAddressed(info) ? "signed" : "untrusted";
    const lacking = keys.filter(({ publicKey }) => !verifyNarinfo(info, [publicKey]));
    if (lacking.length === 0) return "signed";
    // What is no UTF-8 would not be written as it was read.
    if (text.includes("\uFFFD")) return "untrusted";
    const lines = lacking.flatMap(
        ({ secretKey }) => signNarinfo({ ...info, signatures: [] }, secretKey).signatures,
    );
    const after = `${text}${lines.map((line) => `Sig: ${line}\n`).join("")}`;
    const read = parseNarinfo(after);
    if (!keys.every(({ publicKey }) => verifyNarinfo(read, [publicKey])))
        throw new Error(`the narinfo of ${info.storePath} was not signed`);
    return { text: after };
}
