import { UserError } from "../cache/problem.ts";
import { parseSecretKey } from "../cache/signingKey.ts";
import { storeUri } from "../hosts/addresses.ts";
import { DEFAULT_BACKOFF, type Backoff } from "./backoff.ts";
import type { Cache } from "../s3/bucket.ts";
import { read, readConnection } from "./connection.ts";
import type { Nix } from "../store/nix.ts";

/** How what is missing gets into the cache. */
export type TransportName = "s3" | "file";

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
    /** Default: `s3`. */
    readonly transport?: TransportName;
    /** Compression of NARs, as Nix names it. Default: Nix's own (xz). */
    readonly compression?: string;
    /** Sends again what looks good in the cache. Default: false. */
    readonly force?: boolean;
    /** Tries of a path that fails by its own fault. Default: 5. */
    readonly maxTries?: number;
    readonly backoff?: Backoff;
    readonly nix?: Nix;
}

/** The same, read and checked. */
export interface Settings {
    readonly cache: Cache;
    readonly storeUri: string;
    /** Certificates for a server whose CA is private, in PEM: Nix's and Node's usual ones and that CA. */
    readonly ca?: string;
    readonly trustedPublicKeys: readonly string[];
    readonly credentialsFile: string;
    readonly signingKeyFile: string;
    readonly upstreamKeys: readonly string[];
    readonly transport: TransportName;
    readonly compression?: string;
    readonly force: boolean;
    readonly maxTries: number;
    readonly backoff: Backoff;
    readonly nix: Nix;
}

export const DEFAULTS = {
    upstreamKeys: ["cache.nixos.org-1"],
    transport: "s3",
    maxTries: 5,
} as const;

/**
 * Reads the three files.
 *
 * @throws UserError, one line without any secret, when one cannot be read or does not fit the others
 */
export function readSettings(given: GivenSettings): Settings {
    const { host, profile, cache } = readConnection(given);
    checkKey(given.signingKeyFile, host.trustedPublicKeys);
    const { ca } = cache.connection;
    return {
        cache,
        storeUri: storeUri(host.endpoint, host.bucket, host.region, profile),
        ...(ca === undefined ? {} : { ca }),
        trustedPublicKeys: host.trustedPublicKeys,
        credentialsFile: given.credentialsFile,
        signingKeyFile: given.signingKeyFile,
        upstreamKeys: given.upstreamKeys ?? DEFAULTS.upstreamKeys,
        transport: given.transport ?? DEFAULTS.transport,
        ...(given.compression === undefined ? {} : { compression: given.compression }),
        force: given.force ?? false,
        maxTries: given.maxTries ?? DEFAULTS.maxTries,
        backoff: given.backoff ?? DEFAULT_BACKOFF,
        nix: given.nix ?? {},
    };
}

/** Pushing with a key that hosts do not accept would fill the cache with what nobody takes. */
function checkKey(file: string, trusted: readonly string[]): void {
    let publicKey: string;
    try {
        ({ publicKey } = parseSecretKey(read(file, "the signing key")));
    } catch (error) {
        if (error instanceof UserError) throw error;
        throw new UserError(`${file}: ${(error as Error).message}`);
    }
    if (trusted.includes(publicKey)) return;
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
