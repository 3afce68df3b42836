import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from "node:zlib";

/** Content codings (RFC 9110) that Nix's HTTP library undoes; Nix itself writes `br` with `narinfo-compression`. */
const UNDO: Readonly<Record<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer>> = {
    gzip: gunzipSync,
    deflate: inflateSync,
    br: brotliDecompressSync,
    zstd: zstdDecompressSync,
};

/**
 * An answer's content as Nix sees it, which undoes the header `Content-Encoding`.
 *
 * @param most bytes that it may have then
 * @throws Error, one line, where that cannot be done
 */
export function undoCoding(body: Buffer, coding: string | undefined, most: number): Buffer {
    if (coding === undefined || coding === "" || coding === "identity") return body;
    const undo = UNDO[coding];
    if (undo === undefined) throw new Error(`its Content-Encoding ${JSON.stringify(coding)} is none`);
    try {
        return undo(body, { maxOutputLength: most });
    } catch {
        throw new Error(`it is not in the coding ${coding} that its Content-Encoding names`);
    }
}
