import type { Backup, ConfigEntry, ConfigItem } from "../backup/backupFile.ts";
import { readOutputs, readRawConfig, stackName, type Target } from "../engine/target.ts";

/**
 * All of a stack that cannot be made again; the server is not asked.
 *
 * @throws UserError when the stack was not deployed yet
 */
export async function backupOf(target: Target, now = new Date()): Promise<Backup> {
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
        configuration: Object.fromEntries(
            Object.entries(config.values)
                .filter(([key, value]) => worthKeeping(key, value))
                .map(([key, value]) => [key, entry(value, config.isSecret(key))]),
        ),
        signingKeys: outputs.signingKeys,
        builderSecrets: outputs.declared.builders,
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
