// What every host is told, as the output `hostConfig` has it: its fields.

import type { ToldSettings } from "../cache/told.ts";

/** All that a host needs to use the cache, the settings that it is told among it; nothing in it is secret. */
export interface HostConfig extends ToldSettings {
    /** Format of this object; a change that breaks readers raises it. */
    readonly version: 1;
    readonly substituter: string;
    readonly region: string;
    readonly storeUri: string;
    /** The key that new pushes are signed with. */
    readonly publicKey: string;
    /** Every key whose signatures hosts accept, the current one first. */
    readonly trustedPublicKeys: readonly string[];
    readonly nixConf: string;
    /** The page in the cache that says how to use it. */
    readonly usagePage: string;
    /** PEM of the private CA; null when the server's certificate is publicly trusted. */
    readonly caCertificate: string | null;
}
