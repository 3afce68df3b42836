// What every host is told, as the output `hostConfig` has it: its fields.

/** All that a host needs to use the cache; nothing in it is secret. */
export interface HostConfig {
    /** Format of this object; a change that breaks readers raises it. */
    readonly version: 1;
    readonly substituter: string;
    readonly bucket: string;
    /** The server's public URL, without a path. */
    readonly endpoint: string;
    readonly region: string;
    readonly storeUri: string;
    /** The key that new pushes are signed with. */
    readonly publicKey: string;
    /** Every key whose signatures hosts accept, the current one first. */
    readonly trustedPublicKeys: readonly string[];
    readonly priority: number;
    /** Days after which a pushed path expires; 0: never. */
    readonly expireDays: number;
    /** Further days that a NAR is kept. */
    readonly narGraceDays: number;
    /** Names of the builders; their profiles in `awsCredentials` are called by `profileName` (src/cache/profile.ts). */
    readonly builders: readonly string[];
    readonly nixConf: string;
    /** The page in the cache that says how to use it. */
    readonly usagePage: string;
    /** PEM of the private CA; null when the server's certificate is publicly trusted. */
    readonly caCertificate: string | null;
}
