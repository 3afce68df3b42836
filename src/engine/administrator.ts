import { pinOfRecord } from "../cache/pinName.ts";
import type { HostConfig } from "../hosts/hostConfig.ts";
import type { Cache } from "../s3/bucket.ts";
import { administrationOf } from "./administration.ts";
import type { Target } from "./target.ts";

/** A stack's cache, as its administrator asks it. */
export interface Administrator {
    readonly cache: Cache;
    readonly role: "administrator";
    readonly trustedPublicKeys: readonly string[];
    /** What hosts are told of the cache. */
    readonly host: HostConfig;
    /** Names of the pins that stand in the configuration. */
    readonly stackPins: readonly string[];
}

/** @throws UserError when the stack was not deployed; ServerError never: the server is not asked */
export async function administratorOf(target: Target): Promise<Administrator> {
    const { outputs, cache } = await administrationOf(target);
    const { declared, hostConfig } = outputs;
    return {
        cache,
        role: "administrator",
        trustedPublicKeys: hostConfig.trustedPublicKeys,
        host: hostConfig,
        stackPins: declared.objects.flatMap(({ name }) => pinOfRecord(name) ?? []),
    };
}
