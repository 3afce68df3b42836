import { createHash, randomBytes, scryptSync } from "node:crypto";
import { parseSecretKey } from "../cache/signingKey.ts";
import type { Backup } from "./backupFile.ts";

/**
 * What stands in the clear beside a backup, as `FILE.json`: enough for the next
 * backup to see whether it would put something less in its place, also where
 * only a recipient is known and the file cannot be opened. No secret. Version 1.
 */
export interface BackupContents {
    readonly format: "nix-cache backup contents";
    readonly version: 1;
    /** SHA-256 of the backup's file, in hex: this is about that file and no other. */
    readonly file: string;
    /** When it was written, ISO 8601. */
    readonly written: string;
    readonly stack: string;
    /** The public keys by generation, `NAME:BASE64`. */
    readonly publicKeys: Readonly<Record<string, string>>;
    /** The builders' names. */
    readonly builders: readonly string[];
    /** `SALT:HASH`: scrypt of all that is in it, in base64. */
    readonly all: string;
}

/** Memory 32 MiB and a tenth of a second, so that nobody guesses a weak one among the secrets who knows all others. */
const SCRYPT = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Describes a backup's content. @param file the file that it was encrypted to */
export function describe(content: Backup, file: Uint8Array): BackupContents {
    return {
        format: "nix-cache backup contents",
        version: 1,
        file: sha256(file),
        written: content.written,
        stack: content.stack,
        publicKeys: publicKeysOf(content),
        builders: Object.keys(content.builderSecrets),
        all: hashOf(content, randomBytes(16)),
    };
}

/** Reads a description; undefined when it is none, or that of another file. */
export function parseContents(text: string, file: Uint8Array): BackupContents | undefined {
    const parsed = parse(text);
    if (parsed?.version !== 1 || parsed.file !== sha256(file)) return undefined;
    const { publicKeys, builders, stack, all } = parsed;
    const isWhole = typeof publicKeys === "object" && Array.isArray(builders) && [stack, all].every(isText);
    return isWhole && Object.values(publicKeys).every(isText) ? (parsed as BackupContents) : undefined;
}

/** Whether a text is a description, of whatever file and version. */
export function looksLikeContents(text: string): boolean {
    return parse(text) !== undefined;
}

function parse(text: string): Partial<BackupContents> | undefined {
    try {
        const parsed = JSON.parse(text) as Partial<BackupContents> | null;
        return parsed?.format === "nix-cache backup contents" ? parsed : undefined;
    } catch {
        return undefined;
    }
}

const isText = (value: unknown): boolean => typeof value === "string";

/** Whether a backup has the content that is described, but for the time. */
export function isSameContent({ all }: BackupContents, content: Backup): boolean {
    const [salt = ""] = all.split(":");
    return hashOf(content, Buffer.from(salt, "base64")) === all;
}

/** The public keys of a backup by generation. */
export function publicKeysOf({ signingKeys }: Backup): Record<string, string> {
    return Object.fromEntries(
        Object.entries(signingKeys).map(([generation, key]) => [generation, parseSecretKey(key).publicKey]),
    );
}

/** All of a backup but its time, the same text for the same content. */
export function canonical(content: Backup): string {
    return JSON.stringify({ ...content, written: "" }, (_key, value: unknown) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
            ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
            : value,
    );
}

function hashOf(content: Backup, salt: Buffer): string {
    return `${salt.toString("base64")}:${scryptSync(canonical(content), salt, 32, SCRYPT).toString("base64")}`;
}

function sha256(data: Uint8Array): string {
    return createHash("sha256").update(data).digest("hex");
}
