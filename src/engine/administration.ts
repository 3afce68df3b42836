import { checkServerConfig } from "../stack/serverConfig.ts";
import type { Cache } from "../s3/bucket.ts";
import { readOutputs, readRawConfig, type Outputs, type Target } from "./target.ts";

/** A server that works on a large listing may say nothing for a while. */
const TIMEOUT_MS = 60_000;

/** A deployed stack, and its cache as its administrator asks it. */
export interface Administration {
    readonly outputs: Outputs;
    readonly cache: Cache;
}

/** @throws UserError when the stack was not deployed; the server is not asked */
export async function administrationOf(target: Target): Promise<Administration> {
    const asked = [readOutputs(target), readRawConfig(target)] as const;
    // Which error is told does not depend on which process is quicker.
    await Promise.allSettled(asked);
    const [outputs, config] = await Promise.all(asked);
    const { connection } = checkServerConfig(config);
    return {
        outputs,
        cache: { connection: { ...connection, timeoutMs: TIMEOUT_MS }, bucket: outputs.declared.bucket },
    };
}
