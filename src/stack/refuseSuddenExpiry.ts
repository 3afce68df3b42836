// Whether an update may go on that hides objects at once; src/minio/suddenExpiry.ts counts them.

import * as pulumi from "@pulumi/pulumi";
import type { LiveBucket } from "../cache/live.ts";
import { UserError } from "../cache/problem.ts";
import { suddenExpiry } from "../minio/suddenExpiry.ts";
import type { StackConfig } from "./stackConfig.ts";

/**
 * Says in a preview how many objects a new or shorter expiry would take at
 * once, and refuses to make it until `expireExisting` allows it.
 *
 * @throws UserError, one line, in an update that would take objects
 */
export async function refuseSuddenExpiry(config: StackConfig, live: LiveBucket | undefined): Promise<void> {
    const sudden = await suddenExpiry(config.connection, config.settings, live);
    if (sudden === undefined) return;
    const { what, allow } = sudden;
    if (config.settings.expireExisting) return void pulumi.log.warn(what);
    // A preview cannot tell whether an update follows, so it only says what the update will say.
    if (pulumi.runtime.isDryRun())
        return void pulumi.log.warn(`${what}, so the update will be refused; ${allow}`);
    throw new UserError(`${what}; ${allow}`);
}
