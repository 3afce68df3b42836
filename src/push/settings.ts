import { readFileSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import { parseSecretKey } from "../cache/signingKey.ts";
import { DEFAULT_BACKOFF, type Backoff } from "./backoff.ts";
import type { Cache } from "../s3/bucket.ts";
import { profileOf, readCredentials } from "./credentials.ts";
import { parseHostConfig } from "./hostConfigFile.ts";
import type { Nix } from "../store/nix.ts";

/** How NARs are compressed. */
export type Compression = "zstd" | "none";

/** What somebody gives to have paths pushed. */
export interface GivenSettings {
    /** File with the output `hostConfig` as JSON. */
    readonly hostConfigFile: string;
    /** Credentials file of the AWS SDKs. */
    readonly credentialsFile: string;
    /** File with the secret signing key, as Nix writes it. */
    readonly signingKeyFile: string;
    /** Name of a builder, or of a profile in the credentials file. Default: the first of the stack's builders. */
    readonly profile?: string;
    /** Names of keys whose signatures say that a path is in another cache. Default: `cache.nixos.org-1`. */
    readonly upstreamKeys?: readonly string[];
    /** URLs of other caches: what is in one of them is left out. Default: none. */
    readonly upstreamCaches?: readonly string[];
    /** Bytes of a path's NAR above which it is left out, with all that refers to it. Default: no limit. */
    readonly maxPathSize?: number;
    /** Patterns of names, as a shell's: such a path is left out, with all that refers to it. Default: none. */
    readonly exclude?: readonly string[];
    /** Compression of NARs. Default: `zstd`. */
    readonly compression?: Compression;
    /** Level of the compression. Default: what was measured to be best (docs/design.md). */
    readonly level?: number;
    /** Paths that are uploaded at the same time. Default: 16. */
    readonly uploadsAtOnce?: number;
    /** Sends again what looks good in the cache. Default: false. */
    readonly force?: boolean;
    /** Tries of a path that fails by its own fault. Default: 5. */
    readonly maxTries?: number;
    readonly backoff?: Backoff;
    readonly nix?: Nix;
}

/** What is left out of a push. */
export interface Filters {
    readonly upstreamKeys: readonly string[];
    readonly upstreamCaches: readonly string[];
    readonly maxPathSize?: number;
    readonly exclude: readonly string[];
}

/** The same, read and checked. */
export interface Settings {
    readonly cache: Cache;
    readonly trustedPublicKeys: readonly string[];
    /** The secret signing key, as Nix writes it. */
    readonly signingKey: string;
    /** Days that a narinfo has, as the stack said it; undefined: it did not. */
    readonly expireDays?: number;
    readonly filters: Filters;
    readonly compression: Compression;
    readonly level: number;
    readonly uploadsAtOnce: number;
    readonly force: boolean;
    readonly maxTries: number;
    readonly backoff: Backoff;
    readonly nix: Nix;
}

export const DEFAULTS = {
    upstreamKeys: ["cache.nixos.org-1"],
    compression: "zstd",
    level: 3,
    uploadsAtOnce: 16,
    maxTries: 5,
} as const;

/** A server that copies a large object says nothing for a while. */
const TIMEOUT_MS = 120_000;

/**
 * Reads the three files.
 *
 * @throws UserError, one line without any secret, when one cannot be read or does not fit the others
 */
export function readSettings(given: GivenSettings): Settings {
    const host = parseHostConfig(read(given.hostConfigFile, "the host configuration"), given.hostConfigFile);
    const secrets = read(given.credentialsFile, "the credentials");
    const profile = profileOf(secrets, given.profile ?? host.builders[0] ?? "");
    const credentials = readCredentials(secrets, profile, given.credentialsFile);
    const signingKey = readKey(given.signingKeyFile, host.trustedPublicKeys);
    const { caCertificate, expireDays } = host as { caCertificate: string | null; expireDays?: unknown };
    const days = typeof expireDays !== "number" ? undefined : expireDays === 0 ? Infinity : expireDays;
    return {
        cache: {
            connection: {
                url: host.endpoint,
                region: host.region,
                ...credentials,
                timeoutMs: TIMEOUT_MS,
                ...(caCertificate === null ? {} : { ca: caCertificate }),
            },
            bucket: host.bucket,
        },
        trustedPublicKeys: host.trustedPublicKeys,
        signingKey,
        ...(days === undefined ? {} : { expireDays: days }),
        filters: {
            upstreamKeys: given.upstreamKeys ?? DEFAULTS.upstreamKeys,
            upstreamCaches: given.upstreamCaches ?? [],
            ...(given.maxPathSize === undefined ? {} : { maxPathSize: given.maxPathSize }),
            exclude: given.exclude ?? [],
        },
        compression: given.compression ?? DEFAULTS.compression,
        level: given.level ?? DEFAULTS.level,
        uploadsAtOnce: given.uploadsAtOnce ?? DEFAULTS.uploadsAtOnce,
        force: given.force ?? false,
        maxTries: given.maxTries ?? DEFAULTS.maxTries,
        backoff: given.backoff ?? DEFAULT_BACKOFF,
        nix: given.nix ?? {},
    };
}

/** Pushing with a key that hosts do not accept would fill the cache with what nobody takes. */
function readKey(file: string, trusted: readonly string[]): string {
    let publicKey: string;
    let secretKey: string;
    try {
        ({ publicKey, secretKey } = parseSecretKey(read(file, "the signing key")));
    } catch (error) {
        if (error instanceof UserError) throw error;
        throw new UserError(`${file}: ${(error as Error).message}`);
    }
    if (trusted.includes(publicKey)) return secretKey;
    const name = keyName(publicKey);
    const twin = trusted.find((key) => keyName(key) === name);
    throw new UserError(
        twin === undefined
            ? `${file}: hosts do not accept this key (${name}); the stack's are ${trusted.map(keyName).join(", ")}`
            : `${file}: hosts do not accept this key: its public key is ${shortened(publicKey)}, and the stack's of the same name is ${shortened(twin)}`,
    );
}

function keyName(publicKey: string): string {
    return publicKey.slice(0, publicKey.indexOf(":"));
}

/** The name, and as much of the key as tells it from another. */
function shortened(publicKey: string): string {
    return `${publicKey.slice(0, keyName(publicKey).length + 13)}…`;
}

function read(file: string, what: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "";
        const why = { ENOENT: "there is no such file", EACCES: "it may not be read" }[code] ?? code;
        throw new UserError(`${what} cannot be read from ${file}: ${why}`);
    }
}
