import { DEFAULT_BACKOFF, type Backoff } from "./backoff.ts";
import type { Cache } from "../s3/bucket.ts";
import { cacheOf } from "./connection.ts";
import type { GivenBeside } from "./besideOptions.ts";
import type { GivenFilters } from "./filterOptions.ts";
import { sourceOf, type Source, type SourceFiles } from "./source.ts";
import type { Nix } from "../store/nix.ts";

/** How NARs are compressed. */
export type Compression = "zstd" | "none";

/** How paths are pushed, as far as somebody says it. */
export interface Wishes extends GivenFilters, GivenBeside {
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

/** What a machine that builds gives to have paths pushed. */
export type GivenSettings = SourceFiles & Wishes;

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
    /** Further keys that narinfos are signed with, while one is rotated. */
    readonly otherSigningKeys: readonly string[];
    /** Days that a narinfo has, as the stack said it; undefined: it did not. */
    readonly expireDays?: number;
    readonly filters: Filters;
    readonly compression: Compression;
    readonly level: number;
    readonly uploadsAtOnce: number;
    readonly buildLogs: boolean;
    readonly debugInfo: boolean;
    readonly force: boolean;
    readonly maxTries: number;
    readonly backoff: Backoff;
    readonly nix: Nix;
}

export const DEFAULTS = {
    upstreamKeys: ["cache.nixos.org-1"],
    compression: "zstd",
    level: 2,
    uploadsAtOnce: 16,
    buildLogs: true,
    debugInfo: false,
    maxTries: 5,
} as const;

/** The same, of a machine's files. @throws UserError as {@link sourceOf} */
export function readSettings(given: GivenSettings): Settings {
    return settingsOf(sourceOf(given), given);
}

/** Settings for a cache, with defaults for what nobody said. */
export function settingsOf({ host, credentials, signingKeys }: Source, given: Wishes): Settings {
    const [signingKey = "", ...otherSigningKeys] = signingKeys;
    const { expireDays } = host as { expireDays?: unknown };
    const days = typeof expireDays !== "number" ? undefined : expireDays === 0 ? Infinity : expireDays;
    return {
        cache: cacheOf(host, credentials),
        trustedPublicKeys: host.trustedPublicKeys,
        signingKey,
        otherSigningKeys,
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
        buildLogs: given.buildLogs ?? DEFAULTS.buildLogs,
        debugInfo: given.debugInfo ?? DEFAULTS.debugInfo,
        force: given.force ?? false,
        maxTries: given.maxTries ?? DEFAULTS.maxTries,
        backoff: given.backoff ?? DEFAULT_BACKOFF,
        nix: given.nix ?? {},
    };
}
