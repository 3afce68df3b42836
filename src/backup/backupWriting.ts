import { UserError } from "../cache/problem.ts";
import { compare, type Comparison, type Earlier } from "./backupComparison.ts";
import { describe, parseContents } from "./backupContents.ts";
import { parseBackup, type Backup } from "./backupFile.ts";
import { alone, keepEarlier, lookAtPlace, putBackup, type Place } from "./backupPlace.ts";
import { decrypt, encrypt, type Key } from "./encryption.ts";

/** What a backup did. */
export interface Written {
    /** Where the one that was there is now; null: there was none, or the new one has all that it had. */
    readonly earlier: string | null;
    /** How the new one stands to it; undefined: there was none. */
    readonly comparison: Comparison | undefined;
}

/**
 * Writes a backup to its place. The one that is there is kept under its date
 * unless the new one holds the very same: it may be the only copy of a key that
 * this stack has lost.
 *
 * @throws UserError, one line, when the file is no place for it, or another stack's backup
 */
export async function writeBackup(given: string, content: Backup, key: Key): Promise<Written> {
    const data = await encrypt(JSON.stringify(content), key);
    return alone(lookAtPlace(given).file, console.error, async () => {
        const place = lookAtPlace(given);
        const comparison =
            place.data === undefined ? undefined : compare(await open(place.data, place, key), content);
        if (comparison?.kind === "foreign")
            throw new UserError(
                `${given} is the backup of another stack, ${comparison.stack ?? ""}: give the backup of ${content.stack} a file of its own`,
            );
        const keep = comparison !== undefined && comparison.kind !== "same";
        const earlier = keep ? keepEarlier(place, comparison.written) : null;
        putBackup(place.file, data, describe(content, data));
        return { earlier, comparison };
    });
}

/** What is known of the backup that is there: by what is written beside it, or else by this backup's own passphrase. */
async function open(data: Buffer, { contents: text }: Place, key: Key): Promise<Earlier> {
    const contents = text === undefined ? undefined : parseContents(text, data);
    if (contents !== undefined) return { contents };
    const opened = await decrypt(data, key);
    if (opened === undefined) return { unknown: true };
    try {
        return { content: parseBackup(opened) };
    } catch (error) {
        // Something else that is encrypted, or of a newer version: it is kept.
        if (error instanceof UserError) return { unknown: true };
        throw error;
    }
}
