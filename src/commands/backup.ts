import { resolve } from "node:path";
import { shellWord } from "../hosts/quoting.ts";
import type { Backup } from "../backup/backupFile.ts";
import { lookAtPlace } from "../backup/backupPlace.ts";
import { backupOf } from "./backupStack.ts";
import { writeBackup, type Written } from "../backup/backupWriting.ts";
import { keyForNew, type Lock } from "../backup/encryption.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import type { Target } from "../engine/target.ts";

/** The options of `nix-cache backup`. */
export interface BackupOptions extends Lock {
    readonly json?: boolean | undefined;
}

/** `nix-cache backup FILE`: needs the stack alone, not the server. */
export async function backup(target: Target, file: string, options: BackupOptions): Promise<ExitStatus> {
    // What can be no backup's place is refused before anybody is asked for a passphrase.
    lookAtPlace(file);
    const content = await backupOf(target);
    const written = await writeBackup(file, content, await keyForNew(options));
    if (options.json === true) console.log(JSON.stringify(asJson(file, content, written)));
    else for (const line of words(file, content, written)) console.log(line);
    for (const line of warnings(written)) console.error(line);
    return ["fewer", "unknown"].includes(written.comparison?.kind ?? "") ? EXIT.otherKeys : EXIT.ok;
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
