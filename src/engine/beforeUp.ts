import type { Declared } from "../cache/declared.ts";
import { UserError } from "../cache/problem.ts";
import { inspectServer } from "../minio/preflight.ts";
import { suddenExpiry } from "../minio/suddenExpiry.ts";
import { checkConfig } from "../stack/stackConfig.ts";
import { readRawConfig, type Target } from "./target.ts";

/** What is about to be done: an update takes away what a preview only shows. */
type Kind = "update" | "preview";

/**
 * Looks at all that the stack's program looks at before it touches anything, so
 * that a command that does something before the program runs is refused first.
 *
 * @param previous what the stack declared when it was last deployed; undefined: never
 * @throws ServerError when the server cannot be reached or refuses the credentials
 * @throws UserError, one line, for what is wrong in the configuration, or would take something away
 */
export async function checkBeforeUp(
    target: Target,
    stack: string,
    previous: Declared | undefined,
    kind: Kind,
): Promise<void> {
    const raw = await readRawConfig(target);
    const { connection, settings } = checkConfig({ ...raw, stack: stack.split("/").at(-1) ?? stack });
    const { bucket } = await inspectServer(connection, settings, previous);
    if (kind === "preview" || settings.expireExisting) return;
    const sudden = await suddenExpiry(connection, settings, bucket);
    if (sudden !== undefined) throw new UserError(`${sudden.what}; ${sudden.allow}`);
}
