import * as pulumi from "@pulumi/pulumi";
import type { Rollout } from "../src/cache/hostsSetting.ts";
import { HostRollout, type HostRolloutSecrets } from "./hostRollout.ts";
import type { NixCache } from "./nixCache.ts";

/** Sets up every machine of the setting `hosts`, once the cache is as they are told. Where there is none, nothing is made. */
export function rollOut(
    cache: NixCache,
    { hosts, privateKey = "" }: Rollout,
    opts?: pulumi.ComponentResourceOptions,
): HostRollout[] {
    return hosts.map(
        (host) =>
            new HostRollout(
                `host-${host.name}`,
                {
                    host,
                    privateKey,
                    hostConfig: cache.hostConfig,
                    builder: host.builder === undefined ? undefined : secretsOf(cache, host.builder),
                },
                { ...opts, dependsOn: cache },
            ),
    );
}

function secretsOf(cache: NixCache, builder: string): HostRolloutSecrets {
    const credentials = cache.builders.apply((all) => {
        const own = all[builder];
        if (own === undefined) throw new pulumi.RunError(`the cache has no builder ${builder}`);
        return own;
    });
    return { credentials, signingKey: cache.secretKey };
}
