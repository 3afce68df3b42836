// How the output `hostConfig` follows from the settings.

import { storeUri, substituterUrl } from "./addresses.ts";
import type { HostConfig } from "./hostConfig.ts";
import { nixConf } from "./nixConf.ts";
import { usagePageUrl } from "./page/usagePage.ts";
import { profileName } from "../cache/profile.ts";
import type { Settings } from "../cache/settings.ts";
import { toldSettings } from "../cache/told.ts";

/** What a host needs to know beside a cache's settings. */
export interface HostFacts {
    /** The key that new pushes are signed with. */
    readonly publicKey: string;
    /** Every key whose signatures hosts accept, the current one first. */
    readonly trustedPublicKeys: readonly string[];
    /** The server's region. */
    readonly region: string;
    /** PEM of the private CA. Default: there is none. */
    readonly caCertificate?: string | undefined;
}

/** All that a host needs to use the cache of these settings. */
export function makeHostConfig(settings: Settings, facts: HostFacts): HostConfig {
    const { bucket, endpoint, priority, expireDays, narGraceDays, builders } = settings;
    const { publicKey, trustedPublicKeys, region, caCertificate } = facts;
    const substituter = substituterUrl(endpoint, bucket);
    // The order is kept: a host that the stack sets up is sent this as text, and again if it differs.
    const inOrder = {
        version: 1 as const,
        substituter,
        bucket,
        endpoint,
        region,
        storeUri: storeUri(endpoint, bucket, region, profileName(builders[0] ?? "")),
        publicKey,
        trustedPublicKeys,
        priority,
        expireDays,
        narGraceDays,
        builders,
        nixConf: nixConf(substituter, trustedPublicKeys),
        usagePage: usagePageUrl(substituter),
        caCertificate: caCertificate ?? null,
    };
    return { ...inOrder, ...toldSettings(settings) };
}
