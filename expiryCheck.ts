import * as pulumi from "@pulumi/pulumi";
import { expiryRules } from "./cache/expiry.ts";
import type { LiveBucket } from "./cache/live.ts";
import { UserError } from "./cache/problem.ts";
import type { StackConfig } from "./stackConfig.ts";
import { countTakenAtOnce } from "./server/expiryGuard.ts";

/**
 * Says in a preview how many objects a new or shorter expiry would take at
 * once, and refuses to make it until `expireExisting` allows it.
 *
 * @throws UserError, one line, in an update that would take objects
 */
export async function refuseSuddenExpiry(config: StackConfig, live: LiveBucket | undefined): Promise<void> {
    const { bucket, expireDays, narGraceDays, expireExisting } = config.settings;
    if (live === undefined) return;
    const taken = await countTakenAtOnce(
        config.connection,
        bucket,
        expiryRules(expireDays, narGraceDays),
        live,
    );
    if (taken === 0) return;
    const what = `expireDays: ${expireDays} takes ${taken} ${taken === 1 ? "object" : "objects"} that are too old for it at once, and MinIO does not give them back`;
    if (expireExisting) return void pulumi.log.warn(what);
    const allow = "to allow it: pulumi config set expireExisting true; to keep them: a larger expireDays";
    // A preview cannot tell whether an update follows, so it only says what the update will say.
    if (pulumi.runtime.isDryRun())
        return void pulumi.log.warn(`${what}, so the update will be refused; ${allow}`);
    throw new UserError(`${what}; ${allow}`);
}
