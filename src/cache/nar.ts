import { createHash } from "node:crypto";
import { encodeNixBase32 } from "./nixBase32.ts";
import { sha256Text } from "./sha256.ts";

/** The store whose paths the cache serves. Nix hashes it into every store path. */
export const STORE_DIR = "/nix/store";

/** What a store path can be: what a NAR can hold. */
export type FileTree =
    | { readonly type: "regular"; readonly contents: Buffer | string; readonly executable?: boolean }
    | { readonly type: "symlink"; readonly target: string }
    | { readonly type: "directory"; readonly entries: Readonly<Record<string, FileTree>> };

/**
 * Serialises a file, symbolic link or directory as a Nix archive: the bytes that
 * `nix-store --dump` writes and that a narinfo's `NarHash` is the hash of.
 *
 * Source: Nix manual, "Nix Archive (NAR) Format".
 */
export function serialiseNar(tree: FileTree): Buffer {
    return Buffer.concat([str("nix-archive-1"), ...node(tree)]);
}

/** Store path of a text file, as `builtins.toFile name contents` gives it. */
export interface TextFile {
    /** Name after the hash: letters, digits and `+-._?=`, at most 211 characters. */
    readonly name: string;
    readonly contents: string;
    /** Full store paths that the contents mention. Default: none. */
    readonly references?: readonly string[];
}

/**
 * The store path that Nix gives a text file: for a file `a.txt` that holds `hello` and a line end,
 * `/nix/store/8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm-a.txt`.
 *
 * Source: Nix manual, "Complete Store Path Calculation", type `text`.
 */
export function textStorePath(file: TextFile): string {
    const references = [...(file.references ?? [])].sort(byBytes);
    const inner = createHash("sha256").update(file.contents).digest("hex");
    return storePathOf(["text", ...references].join(":"), inner, file.name);
}

/**
 * The store path that a type, a SHA-256 and a name come to.
 *
 * @param type for example `source` or `output:out`, with references where the type has them
 * @param hash in hexadecimal
 */
export function storePathOf(type: string, hash: string, name: string): string {
    const preimage = `${type}:sha256:${hash}:${STORE_DIR}:${name}`;
    const digest = fold(createHash("sha256").update(preimage).digest(), 20);
    return `${STORE_DIR}/${encodeNixBase32(digest)}-${name}`;
}

/** A hash as narinfo files write it: `sha256:` and 52 characters of Nix base-32. */
export function nixSha256(bytes: Buffer | string): string {
    return sha256Text(createHash("sha256").update(bytes).digest());
}

/** Nix sorts by bytes; JavaScript's own order is by UTF-16 units, localeCompare by language. */
export function byBytes(a: string, b: string): number {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Length in 8 bytes, little end first; the bytes; zeros up to the next multiple of 8. */
function str(value: Buffer | string): Buffer {
    const bytes = Buffer.from(value);
    const framed = Buffer.alloc(8 + Math.ceil(bytes.length / 8) * 8);
    framed.writeBigUInt64LE(BigInt(bytes.length));
    bytes.copy(framed, 8);
    return framed;
}

function node(tree: FileTree): Buffer[] {
    return [str("("), str("type"), str(tree.type), ...body(tree), str(")")];
}

function body(tree: FileTree): Buffer[] {
    switch (tree.type) {
        case "regular":
            return [
                ...(tree.executable === true ? [str("executable"), str("")] : []),
                str("contents"),
                str(tree.contents),
            ];
        case "symlink":
            return [str("target"), str(tree.target)];
        case "directory":
            return Object.entries(tree.entries)
                .sort(([a], [b]) => byBytes(a, b))
                .flatMap(([name, entry]) => [
                    str("entry"),
                    str("("),
                    str("name"),
                    str(name),
                    str("node"),
                    ...node(entry),
                    str(")"),
                ]);
    }
}

/** Nix shortens a hash by XOR of its bytes, round and round, not by cutting it. */
function fold(hash: Buffer, size: number): Buffer {
    const folded = Buffer.alloc(size);
    hash.forEach((byte, i) => {
        folded[i % size] = (folded[i % size] ?? 0) ^ byte;
    });
    return folded;
}
