import { crc32 } from "node:zlib";
import type { Connection } from "./connection.ts";

/** A CRC-32 as S3 writes it: base64 of its four bytes, the largest first (Amazon S3 API, "Checking object integrity"). */
export function crcText(crc: number): string {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc);
    return bytes.toString("base64");
}

/** The header that lets the server check a whole body, and keep its checksum beside the object. */
export function crcHeader(body: Buffer | string): Record<string, string> {
    return { "x-amz-checksum-crc32": crcText(crc32(body)) };
}

/**
 * What begins an object of parts that is to have one checksum for the whole. One
 * that is made of those of its parts would be lost with the first renewal, which
 * then copies the content too.
 */
export const FULL_OBJECT = {
    "x-amz-checksum-algorithm": "CRC32",
    "x-amz-checksum-type": "FULL_OBJECT",
} as const;

/**
 * What stands for the hash of a large body in its signature. TLS keeps others out and
 * the checksum tells a broken one; a SHA-256 of each part would cost both sides more
 * than the compression does. Without TLS the body is hashed and signed.
 */
export function unsignedBody({ url }: Connection): { readonly bodyHash?: string } {
    return url.startsWith("https:") ? { bodyHash: "UNSIGNED-PAYLOAD" } : {};
}
