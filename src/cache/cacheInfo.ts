import { createHash } from "node:crypto";

/**
 * The text of `nix-cache-info` (Nix's source, `libstore/binary-cache-store.cc`).
 *
 * @param priority whole number; Nix asks caches with lower numbers first (cache.nixos.org has 40)
 */
export function cacheInfo(priority: number): string {
    return `StoreDir: /nix/store\nWantMassQuery: 1\nPriority: ${priority}\n`;
}

/**
 * The ETag that MinIO gives to content that the provider uploads.
 *
 * It uploads with unknown size, so MinIO stores a multipart object with one
 * part, whose ETag is the MD5 of that part's MD5 and the number of parts.
 */
export function singlePartEtag(content: string): string {
    const part = createHash("md5").update(content, "utf8").digest();
    return `${createHash("md5").update(part).digest("hex")}-1`;
}
