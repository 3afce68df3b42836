import { pinOfRecord } from "../cache/pinName.ts";
import { checkServerConfig } from "../stack/serverConfig.ts";
import type { Cache } from "../s3/bucket.ts";
import { readOutputs, readRawConfig, type Target } from "./target.ts";

/** A stack's cache, as its administrator asks it. */
export interface Administrator {
    readonly cache: Cache;
    readonly role: "administrator";
    readonly trustedPublicKeys: readonly string[];
    /** Names of the pins that stand in the configuration. */
    readonly stackPins: readonly string[];
}

/** @throws UserError when the stack was not deployed; ServerError never: the server is not asked */
export async function administratorOf(target: Target): Promise<Administrator> {
    const asked = [readOutputs(target), readRawConfig(target)] as const;
    // Which error is told does not depend on which process is quicker.
    await Promise.allSettled(asked);
    const [{ declared, hostConfig }, config] = await Promise.all(asked);
    const { connection } = checkServerConfig(config);
    return {
        cache: { connection, bucket: declared.bucket },
        role: "administrator",
        trustedPublicKeys: hostConfig.trustedPublicKeys,
        stackPins: declared.objects.flatMap(({ name }) => pinOfRecord(name) ?? []),
    };
}
