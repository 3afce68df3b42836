import { byBytes, STORE_DIR } from "./nar.ts";
import { shown } from "./problem.ts";
import { canonicalSha256 } from "./sha256.ts";
import { signDetached, verifyAside, verifyDetached } from "./signingKey.ts";
import { isStoreName } from "./storeName.ts";

/**
 * What a binary cache says of one store path, in `HASH.narinfo`.
 *
 * Source: Nix manual, "Binary Cache" and "Store Object Info";
 * `src/libstore/nar-info.cc`.
 */
export interface NarInfo {
    /** Full store path. */
    readonly storePath: string;
    /** Where the NAR is, relative to the cache's root: `nar/….nar.xz`. */
    readonly url: string;
    /** `none`, `xz`, `zstd`, `bzip2`, … Default in a file without it: `bzip2`, as in Nix. */
    readonly compression: string;
    /** Hash of the compressed file, as `sha256:…`. */
    readonly fileHash?: string;
    /** Size of the compressed file, in bytes. */
    readonly fileSize?: number;
    /** Hash of the NAR without compression, as `sha256:` and Nix base-32. */
    readonly narHash: string;
    /** Size of the NAR without compression, in bytes. */
    readonly narSize: number;
    /** Names (without `/nix/store/`) of the paths that it refers to, itself included if it does. */
    readonly references: readonly string[];
    /** Name of the derivation that built it. */
    readonly deriver?: string;
    /** How the path follows from its content alone, for example `text:sha256:…`. */
    readonly ca?: string;
    /** Signatures, each `NAME:base64`. */
    readonly signatures: readonly string[];
}

/**
 * Reads a narinfo file, and refuses what Nix refuses: hosts can use it, or this
 * throws. Fields that it does not know are passed over, as Nix does.
 *
 * Source: `src/libstore/nar-info.cc`.
 *
 * @throws Error, one line, when a required field is missing or is no valid value.
 */
export function parseNarinfo(text: string): NarInfo {
    const fields = new Map<string, string>();
    const signatures: string[] = [];
    // Nix takes a file that does not end with a line end for a torn one.
    if (text !== "" && !text.endsWith("\n")) throw new Error("this narinfo ends within a line");
    for (const line of text.split("\n").slice(0, -1)) {
        const [, name, value] = /^([^:]*): (.*)$/.exec(line) ?? [];
        if (name === undefined || value === undefined)
            throw new Error(`this narinfo has a line that is none of its own: ${shown(line)}`);
        if (name === "Sig") signatures.push(value);
        else if (["References", "CA"].includes(name) && (fields.get(name) ?? "") !== "")
            throw new Error(`this narinfo has ${name} twice`);
        else fields.set(name, value);
    }
    const required = (name: string) => {
        const value = fields.get(name) ?? "";
        if (value === "") throw new Error(`this narinfo has no ${name}`);
        return value;
    };
    const optional = (name: string) => {
        const value = fields.get(name) ?? "";
        return value === "" || value === "unknown-deriver" ? undefined : value;
    };
    const storePath = required("StorePath");
    if (!storePath.startsWith(`${STORE_DIR}/`)) {
        throw new Error(`this narinfo is of another store: ${shown(storePath)}`);
    }
    storeName("StorePath", storePath.slice(STORE_DIR.length + 1));
    const narHash = required("NarHash");
    if (canonicalSha256(narHash) === undefined) throw noSha256(narHash);
    const fileHash = optional("FileHash");
    if (fileHash !== undefined && !/^(md5|sha1|sha256|sha512)[:-][A-Za-z0-9+/=]+$/.test(fileHash))
        throw new Error(`this narinfo's FileHash is no hash: ${shown(fileHash)}`);
    const fileSize = optional("FileSize");
    const deriver = optional("Deriver");
    const ca = optional("CA");
    const references = (fields.get("References") ?? "").split(" ").filter((name) => name !== "");
    references.forEach((name) => storeName("References", name));
    if (deriver !== undefined) storeName("Deriver", deriver);
    return {
        storePath,
        url: required("URL"),
        compression: optional("Compression") ?? "bzip2",
        ...(fileHash === undefined ? {} : { fileHash }),
        ...(fileSize === undefined ? {} : { fileSize: bytes("FileSize", fileSize, 0) }),
        narHash,
        narSize: bytes("NarSize", required("NarSize"), 1),
        references,
        ...(deriver === undefined ? {} : { deriver }),
        ...(ca === undefined ? {} : { ca }),
        signatures,
    };
}

/** Writes a narinfo file, its fields in Nix's order, with a line end after each. */
export function formatNarinfo(info: NarInfo): string {
    const lines: [string, string | number | undefined][] = [
        ["StorePath", info.storePath],
        ["URL", info.url],
        ["Compression", info.compression],
        ["FileHash", info.fileHash],
        ["FileSize", info.fileSize],
        ["NarHash", info.narHash],
        ["NarSize", info.narSize],
        ["References", info.references.join(" ")],
        ["Deriver", info.deriver],
        ...info.signatures.map((signature): [string, string] => ["Sig", signature]),
        ["CA", info.ca],
    ];
    return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\n`])).join("");
}

/**
 * The text that a signature covers. It leaves out the URL and the compression, so
 * a cache may compress anew without signing again.
 *
 * Source: Nix manual, "Store Object Info"; `ValidPathInfo::fingerprint`.
 *
 * @throws Error when the NAR's hash is no SHA-256.
 */
export function fingerprint(info: Pick<NarInfo, "storePath" | "narHash" | "narSize" | "references">): string {
    const references = info.references.map((name) => `${STORE_DIR}/${name}`).sort(byBytes);
    const narHash = canonicalSha256(info.narHash);
    if (narHash === undefined) throw noSha256(info.narHash);
    return ["1", info.storePath, narHash, info.narSize, references.join(",")].join(";");
}

/**
 * Adds a signature with a secret key (`NAME:base64`). An earlier one with the
 * same key is not written twice.
 */
export function signNarinfo(info: NarInfo, secretKey: string): NarInfo {
    const signature = signDetached(secretKey, fingerprint(info));
    return { ...info, signatures: [...new Set([...info.signatures, signature])] };
}

/**
 * Whether at least one of the narinfo's signatures is by one of these public keys
 * (each `NAME:base64`), which is what Nix requires of a substituter.
 */
export function verifyNarinfo(info: NarInfo, trustedPublicKeys: readonly string[]): boolean {
    const message = fingerprint(info);
    return info.signatures.some((signature) =>
        trustedPublicKeys.some((key) => verifyDetached(key, message, signature)),
    );
}

/** The same in another thread. */
export async function verifyNarinfoAside(
    info: NarInfo,
    trustedPublicKeys: readonly string[],
): Promise<boolean> {
    const message = fingerprint(info);
    for (const signature of info.signatures)
        for (const key of trustedPublicKeys) if (await verifyAside(key, message, signature)) return true;
    return false;
}

function bytes(field: string, value: string, least: number): number {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(number) || number < least)
        throw new Error(`this narinfo's ${field} is no number of bytes: ${shown(value)}`);
    return number;
}

function storeName(field: string, value: string): void {
    if (!isStoreName(value)) throw new Error(`this narinfo's ${field} is no store path: ${shown(value)}`);
}

function noSha256(hash: string): Error {
    return new Error(`this narinfo's NarHash is no SHA-256: ${shown(hash)}`);
}
