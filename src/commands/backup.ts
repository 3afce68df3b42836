import { resolve } from "node:path";
import { shellWord } from "../hosts/quoting.ts";
import type { Backup, ConfigEntry, ConfigItem } from "../backup/backupFile.ts";
import { lookAtPlace } from "../backup/backupPlace.ts";
import { writeBackup, type Written } from "../backup/backupWriting.ts";
import { keyForNew, PASSPHRASE_FILE } from "../backup/encryption.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { readOutputs, readRawConfig, stackName, type Target } from "../engine/target.ts";
import { withCommand, wrapped } from "../cache/wrap.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, type Given } from "../system/command.ts";

const OPTIONS = {
    recipient: {
        type: "string",
        value: "R",
        help: "encrypts to an age recipient (age1…) in place of a passphrase",
    },
    ...PASSPHRASE_FILE,
} as const;

type BackupOptions = Given<typeof OPTIONS>;

export default command({
    summary: "writes keys, secrets and configuration into an encrypted file",
    arguments: { FILE: "where the backup is written" },
    options: OPTIONS,
    ends: [EXIT.failed, EXIT.otherKeys],
    run: (target, options, [file = ""]) => backup(target, file, options),
});

/** `nix-cache backup FILE`: needs the stack alone, not the server. */
async function backup(target: Target, file: string, options: BackupOptions): Promise<ExitStatus> {
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
    const facts = [
        `backup of stack ${content.stack} written to ${file}: ${keys} signing key${keys === 1 ? "" : "s"}, secrets of ${Object.keys(content.builderSecrets).join(", ")}, configuration`,
        ...(comparison?.kind === "same" ? ["the one that was there held the same, and was replaced"] : []),
        ...(earlier === null ? [] : [`the one that was there before is now ${earlier}`]),
    ];
    return [
        ...facts.flatMap((fact) => wrapped(fact, "", "  ")),
        ...withCommand("to restore it", asCalled("restore", shellWord(file), "--stack NEWNAME")),
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
        `  ${asCalled("restore", shellWord(earlier), "--stack NEWNAME")}`,
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

/**
 * All of a stack that cannot be made again; the server is not asked.
 *
 * @throws UserError when the stack was not deployed yet
 */
async function backupOf(target: Target, now = new Date()): Promise<Backup> {
    const [outputs, config, stack] = await Promise.all([
        readOutputs(target),
        readRawConfig(target),
        stackName(target),
    ]);
    return {
        format: "nix-cache backup",
        version: 1,
        written: now.toISOString(),
        stack,
        project: config.project,
        configuration: Object.fromEntries(
            Object.entries(config.values)
                .filter(([key, value]) => worthKeeping(key, value))
                .map(([key, value]) => [key, entry(value, config.isSecret(key))]),
        ),
        signingKeys: outputs.signingKeys,
        builderSecrets: { ...outputs.declared.builders, ...outputs.declared.pinners },
        caCertificate: outputs.hostConfig.caCertificate,
    };
}

/** Empty values say that a default is to be derived; keys and secrets are kept as such. */
function worthKeeping(key: string, value: string): boolean {
    return !["", "[]", "{}"].includes(value) && !/:(signingKeys|builderSecrets)$/.test(key);
}

function entry(value: string, secret: boolean): ConfigEntry {
    return { value: value.startsWith("[") ? (JSON.parse(value) as ConfigItem[]) : value, secret };
}
