import { resolve } from "node:path";
import { UserError } from "../cache/problem.ts";
import { shellWord } from "../cache/quoting.ts";
import { compare, type Comparison, type Earlier } from "./backupComparison.ts";
import { describe, parseContents } from "./backupContents.ts";
import { parseBackup, type Backup } from "./backupFile.ts";
import { alone, keepEarlier, lookAtPlace, putBackup, type Place } from "./backupPlace.ts";
import { backupOf } from "./backupStack.ts";
import { decrypt, encrypt, keyForNew, type Key, type Lock } from "./encryption.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import type { Target } from "./target.ts";

/** The options of `nix-cache backup`. */
export interface BackupOptions extends Lock {
    readonly json?: boolean | undefined;
}

/** What a backup did. */
interface Written {
    /** Where the one that was there is now; null: there was none, or the new one has all that it had. */
    readonly earlier: string | null;
    /** How the new one stands to it; undefined: there was none. */
    readonly comparison: Comparison | undefined;
}

/** `nix-cache backup FILE`: needs the stack alone, not the server. */
export async function backup(target: Target, file: string, options: BackupOptions): Promise<ExitStatus> {
    // What can be no backup's place is refused before anybody is asked for a passphrase.
    lookAtPlace(file);
    const content = await backupOf(target);
    const written = await write(file, content, await keyForNew(options));
    if (options.json === true) console.log(JSON.stringify(asJson(file, content, written)));
    else for (const line of words(file, content, written)) console.log(line);
    for (const line of warnings(written)) console.error(line);
    return ["fewer", "unknown"].includes(written.comparison?.kind ?? "") ? EXIT.otherKeys : EXIT.ok;
}

/**
 * Writes a backup to its place. The one that is there is kept under its date
 * unless the new one holds the very same: it may be the only copy of a key that
 * this stack has lost.
 */
async function write(given: string, content: Backup, key: Key): Promise<Written> {
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

function words(file: string, content: Backup, { earlier, comparison }: Written): string[] {
    const keys = Object.keys(content.signingKeys).length;
    return [
        `backup of stack ${content.stack} written to ${file}: ${keys} signing key${keys === 1 ? "" : "s"}, secrets of ${Object.keys(content.builderSecrets).join(", ")}, configuration`,
        ...(comparison?.kind === "same" ? ["the one that was there held the same, and was replaced"] : []),
        ...(earlier === null ? [] : [`the one that was there before is now ${earlier}`]),
        `to restore it: npm run restore -- ${shellWord(file)} --stack NEWNAME`,
    ];
}

function warnings({ earlier, comparison }: Written): string[] {
    if (comparison === undefined || earlier === null) return [];
    const { kind, missing, missingBuilders } = comparison;
    if (kind === "unknown")
        return [
            "nix-cache: the backup before cannot be opened here (another passphrase, or a",
            "recipient), so nobody knows whether the new one has all of its keys.",
            `It is kept: ${earlier}`,
        ];
    const builders =
        missingBuilders.length === 0
            ? []
            : [`nix-cache: no longer in it: the secrets of ${missingBuilders.join(", ")}`];
    if (kind !== "fewer") return builders;
    return [
        ...builders,
        "nix-cache: this stack has not all keys of the backup before. Missing:",
        ...missing.map((key) => `  ${key}`),
        `They are in ${earlier}; keep it.`,
        "Was the stack lost and made anew? Its keys come back with",
        `  npm run restore -- ${shellWord(earlier)} --stack NEWNAME`,
    ];
}

function asJson(file: string, content: Backup, { earlier, comparison }: Written): unknown {
    return {
        stack: content.stack,
        file: resolve(file),
        generations: Object.keys(content.signingKeys),
        builders: Object.keys(content.builderSecrets),
        earlier,
        comparison: comparison?.kind ?? "none",
        missing: comparison?.missing ?? [],
    };
}
