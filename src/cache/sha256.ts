import { decodeNixBase32, encodeNixBase32 } from "./nixBase32.ts";

/** `sha256:` with base-32, hexadecimal or base64, and SRI (`sha256-` with base64): what Nix reads (Nix manual, "Hash"). */
const SPELLINGS =
    /^sha256(?::(?<base32>[0-9a-df-np-sv-z]{52})|:(?<hex>[0-9a-f]{64})|[:-](?<base64>[A-Za-z0-9+/]{43}=))$/;

const CANONICAL = /^sha256:[01][0-9a-df-np-sv-z]{51}$/;

/**
 * A SHA-256 in the one spelling that this project compares and Nix signs over:
 * `sha256:` and 52 characters of Nix base-32.
 *
 * @returns undefined where the text is no SHA-256
 */
export function canonicalSha256(text: string): string | undefined {
    // Most are in that spelling; the first of its digits has no bits past the last byte.
    if (CANONICAL.test(text)) return text;
    const { base32, hex, base64 } = SPELLINGS.exec(text)?.groups ?? {};
    try {
        if (base32 !== undefined) return sha256Text(decodeNixBase32(base32));
        if (hex !== undefined) return sha256Text(Buffer.from(hex, "hex"));
        if (base64 !== undefined) return sha256Text(Buffer.from(base64, "base64"));
    } catch {
        // Bits past the last byte.
    }
    return undefined;
}

/** 32 bytes in that spelling. */
export function sha256Text(digest: Uint8Array): string {
    return `sha256:${encodeNixBase32(digest)}`;
}
