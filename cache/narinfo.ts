import { byBytes, STORE_DIR } from "./nar.ts";
import { encodeNixBase32 } from "./nixBase32.ts";
import { signDetached, verifyDetached } from "./signingKey.ts";

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
 * Reads a narinfo file. Fields it does not know are passed over, as Nix does.
 *
 * @throws Error, one line, when a required field is missing or is no valid value.
 */
export function parseNarinfo(text: string): NarInfo {
    const fields = new Map<string, string>();
    const signatures: string[] = [];
    for (const line of text.split("\n").filter((l) => l !== "")) {
        const colon = line.indexOf(": ");
        // `References: ` of a path without any may have lost its blank to an editor or a proxy.
        const [name, value] =
            colon < 0 ? [line.replace(/:$/, ""), ""] : [line.slice(0, colon), line.slice(colon + 2)];
        if (name === "Sig") signatures.push(value);
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
        throw new Error(`this narinfo is of another store: ${storePath}`);
    }
    const fileHash = optional("FileHash");
    const fileSize = optional("FileSize");
    const deriver = optional("Deriver");
    const ca = optional("CA");
    return {
        storePath,
        url: required("URL"),
        compression: fields.get("Compression") ?? "bzip2",
        ...(fileHash === undefined ? {} : { fileHash }),
        ...(fileSize === undefined ? {} : { fileSize: bytes("FileSize", fileSize) }),
        narHash: required("NarHash"),
        narSize: bytes("NarSize", required("NarSize")),
        references: (fields.get("References") ?? "").split(" ").filter((name) => name !== ""),
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
export function fingerprint(info: NarInfo): string {
    const references = info.references.map((name) => `${STORE_DIR}/${name}`).sort(byBytes);
    return ["1", info.storePath, canonicalHash(info.narHash), info.narSize, references.join(",")].join(";");
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

function bytes(field: string, value: string): number {
    if (!/^\d+$/.test(value)) throw new Error(`this narinfo's ${field} is no number of bytes: ${value}`);
    return Number(value);
}

/** Nix reads hashes in three spellings (some caches write hexadecimal) but signs over its own base-32. */
function canonicalHash(hash: string): string {
    const match = /^sha256[:-](?:([0-9a-z]{52})|([0-9a-f]{64})|([A-Za-z0-9+/]{43}=))$/.exec(hash);
    if (match === null) throw new Error(`this narinfo's NarHash is no SHA-256: ${hash}`);
    const [, base32, hex, base64] = match;
    if (base32 !== undefined) return `sha256:${base32}`;
    return `sha256:${encodeNixBase32(Buffer.from(hex ?? base64 ?? "", hex === undefined ? "base64" : "hex"))}`;
}
