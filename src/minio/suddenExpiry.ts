import type { LiveBucket } from "../cache/live.ts";
import type { Settings } from "../cache/settings.ts";
import { declare } from "../cache/declared.ts";
import { countTakenAtOnce } from "./expiryGuard.ts";
import type { Connection } from "../s3/connection.ts";

/** That an update would hide objects at once, in words. */
export interface SuddenExpiry {
    /** How many, and by which setting. */
    readonly what: string;
    /** How to allow it, and how to keep them. */
    readonly allow: string;
}

/**
 * Whether these settings would take objects at once, by rules that are new or
 * shorter than the server's; undefined: they would take none.
 *
 * @throws ServerError as countTakenAtOnce does
 */
export async function suddenExpiry(
    to: Connection,
    settings: Settings,
    live: LiveBucket | undefined,
): Promise<SuddenExpiry | undefined> {
    if (live === undefined) return undefined;
    const { bucket, rules } = declare(settings);
    const taken = await countTakenAtOnce(to, bucket, rules, live);
    if (taken === 0) return undefined;
    return {
        what: `expireDays: ${settings.expireDays} takes ${taken} ${taken === 1 ? "object" : "objects"} that are too old for it at once, and MinIO does not give them back`,
        allow: "to allow it: pulumi config set expireExisting true; to keep them: a larger expireDays",
    };
}
