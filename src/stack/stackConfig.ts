import { shown } from "../cache/problem.ts";
import type { Rollout } from "../cache/hostsSetting.ts";
import { completeSettings, type Settings } from "../cache/settings.ts";
import { STACK_SETTINGS, type StackSettings } from "../cache/stackSettings.ts";
import { fail, readTable, type RawConfig } from "./rawConfig.ts";
import { checkServerConfig, PROVIDER_KEYS, type ServerConfig } from "./serverConfig.ts";

/** The stack's configuration, checked: what the cache is to be, and how its server is reached. */
export interface StackConfig extends ServerConfig {
    readonly settings: Settings;
    /** Keys and secrets that were made elsewhere. */
    readonly given: Pick<StackSettings, "signingKeys" | "builderSecrets">;
    /** Machines that the stack sets up over SSH. */
    readonly rollout: Rollout;
}

/**
 * What a stack's configuration says, with every default filled in.
 *
 * @throws UserError, in one line, at the first thing that is wrong
 */
export function checkConfig(raw: RawConfig): StackConfig {
    refuseUnknownKeys(raw);
    const server = checkServerConfig(raw);
    const all = readTable<StackSettings>(raw, raw.project, STACK_SETTINGS, {
        endpoint: server.connection.url,
    });
    const { signingKeys, builderSecrets, hosts, hostsPrivateKey: privateKey } = all;
    const administrator = server.connection.accessKey ?? "";
    const isSame = (name: string) => name.toLowerCase() === administrator.toLowerCase();
    for (const setting of ["builders", "pinners"] as const) {
        const same = all[setting].find(isSame);
        if (same === undefined) continue;
        fail(
            raw,
            `${raw.project}:${setting}`,
            `has ${shown(same)}, which is the administrator (minio:minioUser)`,
            "names of users of their own",
        );
    }
    return {
        settings: completeSettings(all),
        ...server,
        given: { signingKeys, builderSecrets },
        rollout: { hosts, privateKey },
    };
}

/** A mistyped key would be a setting that does nothing, or get the engine's words, which name no file. */
function refuseUnknownKeys(raw: RawConfig): void {
    for (const [namespace, whose, keys] of [
        [raw.project, "this project", Object.keys(STACK_SETTINGS)],
        ["minio", "the minio provider", PROVIDER_KEYS],
    ] as const) {
        const known = keys.map((key) => `${namespace}:${key}`);
        const unknown = Object.keys(raw.values).find(
            (key) => key.startsWith(`${namespace}:`) && !known.includes(key),
        );
        if (unknown !== undefined)
            fail(raw, unknown, `is no setting of ${whose}`, `one of ${keys.join(", ")}`);
    }
}
