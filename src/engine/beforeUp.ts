import { UserError } from "../cache/problem.ts";
import { inspectServer } from "../minio/preflight.ts";
import { suddenExpiry } from "../minio/suddenExpiry.ts";
import { checkConfig } from "../stack/stackConfig.ts";
import type { Opened } from "./open.ts";

/**
 * Looks at all that the stack's program looks at before it touches anything, so
 * that a command that does something before the program runs is refused first.
 *
 * @throws ServerError when the server cannot be reached or refuses the credentials
 * @throws UserError, one line, for what is wrong in the configuration, or would take something away
 */
export async function checkBeforeUp({ config, outputs }: Opened): Promise<void> {
    const { connection, settings } = checkConfig(config);
    const { bucket } = await inspectServer(connection, settings, outputs?.declared);
    if (settings.expireExisting) return;
    const sudden = await suddenExpiry(connection, settings, bucket);
    if (sudden !== undefined) throw new UserError(`${sudden.what}; ${sudden.allow}`);
}
