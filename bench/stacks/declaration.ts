import { cacheInfo } from "../../src/cache/cacheInfo.ts";
import { expiryRules } from "../../src/cache/expiryRules.ts";
import { anonymousPolicy, builderPolicy } from "../../src/cache/policies.ts";

/** What a stack puts on the server, for who makes the same by other means. */
export function whatAStackMakes(bucket: string) {
    return {
        bucket,
        anonymous: anonymousPolicy(bucket, true),
        rules: expiryRules(30, 7),
        cacheInfo: cacheInfo(30),
        user: `${bucket}-builder`,
        policy: builderPolicy(bucket),
    };
}
