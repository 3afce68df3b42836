// Whether an update would hide objects at once, since a rule is new or shorter, and how many.

import { declare } from "../cache/declared.ts";
import { expiresAt, expiryDays } from "../cache/expiryDates.ts";
import type { ExpiryRule } from "../cache/expiryRules.ts";
import type { LiveBucket } from "../cache/live.ts";
import type { Settings } from "../cache/settings.ts";
import type { Connection } from "../s3/connection.ts";
import { listObjects } from "../s3/objects.ts";

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

/**
 * How many objects these rules would take at once. MinIO hides an object the
 * moment a rule makes it too old, and keeps it hidden when the rule is gone.
 *
 * Only where a rule is new or shorter than what the server has: otherwise
 * nothing is listed.
 *
 * @throws ServerError as listObjects does
 */
async function countTakenAtOnce(
    to: Connection,
    bucket: string,
    rules: readonly ExpiryRule[],
    live: LiveBucket,
): Promise<number> {
    const now = new Date();
    let taken = 0;
    for (const prefix of changedPrefixes(rules, live)) {
        for await (const page of listObjects(to, bucket, { prefix })) {
            taken += page.filter(({ key, modified }) => {
                const days = expiryDays(rules, key);
                return days !== undefined && expiresAt(modified, days) <= now;
            }).length;
        }
    }
    return taken;
}

/** What to list: one listing of everything is quicker than a request for each of 187 prefixes. */
function changedPrefixes(rules: readonly ExpiryRule[], live: LiveBucket): string[] {
    const active = live.rules.flatMap(({ enabled, prefix, days }) =>
        enabled && days !== undefined ? [{ prefix, days }] : [],
    );
    const shorter = rules.filter(({ prefix, days }) => {
        const before = expiryDays(active, prefix);
        return before === undefined || days < before;
    });
    if (shorter.length > 1) return [""];
    return shorter.map(({ prefix }) => prefix);
}
