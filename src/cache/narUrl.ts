import type { NarInfo } from "./narinfo.ts";
import { shown } from "./problem.ts";
import { canonicalSha256 } from "./sha256.ts";

/**
 * Whether a narinfo's URL is an object of the same cache, under the one folder
 * that NARs are in. Any other (`../x`, `https://elsewhere/x`) leads hosts away
 * from the cache, and would lead whoever asks for it anywhere.
 */
export function isPlainNarUrl(url: string): boolean {
    return /^nar\/[0-9A-Za-z][0-9A-Za-z._+-]{0,199}$/.test(url);
}

/** Endings of NARs by compression, as Nix gives them (`binary-cache-store.cc`). */
const ENDINGS: Readonly<Record<string, string>> = {
    none: "",
    xz: ".xz",
    bzip2: ".bz2",
    zstd: ".zst",
    lzip: ".lzip",
    lz4: ".lz4",
    br: ".br",
};

/**
 * Where the NAR of a hash is: named after the content, which is known before
 * anything is compressed, so what is there already costs nothing.
 *
 * @param narHash in any spelling
 * @throws Error where it is no SHA-256
 */
export function narUrlOf(narHash: string, compression: "zstd" | "none"): string {
    const canonical = canonicalSha256(narHash);
    if (canonical === undefined) throw new Error(`this NarHash is no SHA-256: ${shown(narHash)}`);
    return `nar/${canonical.slice("sha256:".length)}.nar${ENDINGS[compression] ?? ""}`;
}

/** Whether every Nix knows a compression by this name. */
export function isKnownCompression(name: string): boolean {
    return name === "gzip" || Object.hasOwn(ENDINGS, name);
}

/**
 * Whether a narinfo names its NAR as a push does: after the hash of the file or
 * of the NAR, and its compression. A signature covers neither the URL nor the
 * compression, so any other may be of another path.
 */
export function isOwnNarUrl({ url, compression, fileHash, narHash }: NarInfo): boolean {
    const [, hash = "", ending = ""] = /^nar\/([0-9a-z]{52})\.nar(\.\w+)?$/.exec(url) ?? [];
    const isNamed = [fileHash, narHash].some(
        (one) => one !== undefined && canonicalSha256(one) === `sha256:${hash}`,
    );
    const should = ENDINGS[compression];
    // Of others it differs between versions of Nix, but is none of these.
    const isEnding =
        should === undefined ? ending === "" || !Object.values(ENDINGS).includes(ending) : ending === should;
    return isNamed && isEnding;
}
