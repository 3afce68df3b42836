import { renameSync, writeFileSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import type { Backup, ConfigEntry, ConfigItem } from "./backupFile.ts";
import { encrypt, type Lock } from "./encryption.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { readOutputs, readRawConfig, stackName, type Target } from "./target.ts";

/** `nix-cache backup FILE`: needs the stack alone, not the server. */
export async function backup(target: Target, file: string, lock: Lock): Promise<ExitStatus> {
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
    writeWhole(file, await encrypt(JSON.stringify(content), lock));
    const keys = Object.keys(content.signingKeys).length;
    console.log(
        `backup of stack ${stack} written to ${file}: ${keys} signing key${keys === 1 ? "" : "s"}, secrets of ${Object.keys(content.builderSecrets).join(", ")}, configuration`,
    );
    console.log(`to restore it: nix-cache restore ${file} --stack NAME`);
    return EXIT.ok;
}

/** Empty values say that a default is to be derived; keys and secrets are kept as such. */
function worthKeeping(key: string, value: string): boolean {
    return !["", "[]", "{}"].includes(value) && !/:(signingKeys|builderSecrets)$/.test(key);
}

function entry(value: string, secret: boolean): ConfigEntry {
    return { value: value.startsWith("[") ? (JSON.parse(value) as ConfigItem[]) : value, secret };
}

/** Never half a backup in place of a whole one. */
function writeWhole(file: string, data: Uint8Array): void {
    const unfinished = `${file}.unfinished`;
    try {
        writeFileSync(unfinished, data, { mode: 0o600 });
        renameSync(unfinished, file);
    } catch (error) {
        throw new UserError(
            `${file} cannot be written (${(error as NodeJS.ErrnoException).code ?? "error"})`,
        );
    }
}
