import { copyFileSync, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { shellWord } from "../cache/quoting.ts";
import { UserError } from "../cache/problem.ts";
import type { Backup, ConfigEntry, ConfigItem } from "./backupFile.ts";
import { encrypt, type Lock } from "./encryption.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { readOutputs, readRawConfig, stackName, type Target } from "./target.ts";
import { writeWhole } from "./wholeFile.ts";

/** The options of `nix-cache backup`. */
export interface BackupOptions extends Lock {
    readonly json?: boolean | undefined;
}

/** `nix-cache backup FILE`: needs the stack alone, not the server. */
export async function backup(target: Target, file: string, options: BackupOptions): Promise<ExitStatus> {
    const [outputs, config, stack] = await Promise.all([
        readOutputs(target),
        readRawConfig(target),
        stackName(target),
    ]);
    const content: Backup = {
        format: "nix-cache backup",
        version: 1,
        written: new Date().toISOString(),
        stack,
        configuration: Object.fromEntries(
            Object.entries(config.values)
                .filter(([key, value]) => worthKeeping(key, value))
                .map(([key, value]) => [key, entry(value, config.isSecret(key))]),
        ),
        signingKeys: outputs.signingKeys,
        builderSecrets: outputs.declared.builders,
        caCertificate: outputs.hostConfig.caCertificate,
    };
    const earlier = write(file, await encrypt(JSON.stringify(content), options));
    const generations = Object.keys(content.signingKeys);
    const builders = Object.keys(content.builderSecrets);
    if (options.json === true) {
        console.log(JSON.stringify({ stack, file: resolve(file), generations, builders, earlier }));
        return EXIT.ok;
    }
    console.log(
        `backup of stack ${stack} written to ${file}: ${generations.length} signing key${generations.length === 1 ? "" : "s"}, secrets of ${builders.join(", ")}, configuration`,
    );
    if (earlier !== null) console.log(`the one that was there before is now ${earlier}`);
    console.log(`to restore it: npm run restore -- ${shellWord(file)} --stack NEWNAME`);
    return EXIT.ok;
}

/** Empty values say that a default is to be derived; keys and secrets are kept as such. */
function worthKeeping(key: string, value: string): boolean {
    return !["", "[]", "{}"].includes(value) && !/:(signingKeys|builderSecrets)$/.test(key);
}

function entry(value: string, secret: boolean): ConfigEntry {
    return { value: value.startsWith("[") ? (JSON.parse(value) as ConfigItem[]) : value, secret };
}

/**
 * Never half a backup in place of a whole one. One that is there already may be
 * of keys that this stack has lost, so it makes room and is not overwritten.
 *
 * @returns where that one is now; null: there was none
 */
function write(file: string, data: Uint8Array): string | null {
    const earlier = existsSync(file) && statSync(file).isFile() ? `${file}.previous` : null;
    try {
        if (earlier !== null) copyFileSync(file, earlier);
        writeWhole(file, data, 0o600);
        return earlier;
    } catch (error) {
        const { code = "error" } = error as NodeJS.ErrnoException;
        const why = code === "ENOENT" ? `there is no folder ${dirname(resolve(file))}` : code;
        throw new UserError(`${file} cannot be written (${why})`, { cause: error });
    }
}
