import { settingsProblems } from "../cache/checks.ts";
import { givenSecretsProblems, type GivenSecrets } from "../cache/givenSecrets.ts";
import { shown } from "../cache/problem.ts";
import { rolloutProblems, type Rollout, type RolloutHost } from "../cache/hostsSetting.ts";
import { completeSettings, type Settings } from "../cache/settings.ts";
import { fail, value, type RawConfig } from "./rawConfig.ts";
import { checkServerConfig, PROVIDER_KEYS, type ServerConfig } from "./serverConfig.ts";

/** The stack's configuration, checked: what the cache is to be, and how its server is reached. */
export interface StackConfig extends ServerConfig {
    readonly settings: Settings;
    /** Keys and secrets that were made elsewhere. */
    readonly given: GivenSecrets;
    /** Machines that the stack sets up over SSH. */
    readonly rollout: Rollout;
}

/** The keys of this project's own namespace, as Pulumi.yaml declares them. */
const KEYS = [
    "bucket",
    "builders",
    "endpoint",
    "keyName",
    "keyGeneration",
    "trustedGenerations",
    "expireDays",
    "narGraceDays",
    "priority",
    "anonymousListing",
    "protect",
    "adopt",
    "expireExisting",
    "signingKeys",
    "builderSecrets",
    "pinners",
    "pins",
    "hosts",
    "hostsPrivateKey",
] as const;

/**
 * What a stack's configuration says, with every default filled in.
 *
 * @throws UserError, in one line, at the first thing that is wrong
 */
export function checkConfig(raw: RawConfig): StackConfig {
    const own = (key: (typeof KEYS)[number]) => value(raw, `${raw.project}:${key}`);
    refuseUnknownKeys(raw);
    const server = checkServerConfig(raw);
    const settings = completeSettings({
        bucket: own("bucket") as string | undefined,
        builders: own("builders") as string[] | undefined,
        endpoint: (own("endpoint") as string | undefined) ?? server.connection.url,
        keyName: own("keyName") as string | undefined,
        keyGeneration: own("keyGeneration") as number | undefined,
        trustedGenerations: own("trustedGenerations") as number[] | undefined,
        expireDays: own("expireDays") as number | undefined,
        narGraceDays: own("narGraceDays") as number | undefined,
        priority: own("priority") as number | undefined,
        anonymousListing: own("anonymousListing") as boolean | undefined,
        protect: own("protect") as boolean | undefined,
        adopt: own("adopt") as string | undefined,
        expireExisting: own("expireExisting") as boolean | undefined,
        pinners: own("pinners") as string[] | undefined,
        pins: own("pins") as Record<string, string> | undefined,
    });
    const given = {
        signingKeys: secrets(raw, "signingKeys"),
        builderSecrets: secrets(raw, "builderSecrets"),
    };
    const rollout = {
        hosts: (own("hosts") ?? []) as RolloutHost[],
        privateKey: own("hostsPrivateKey") as string | undefined,
    };
    if (rollout.privateKey !== undefined) refuseClearText(raw, "hostsPrivateKey", "hostsPrivateKey < FILE");
    const problem =
        settingsProblems(settings)[0] ??
        givenSecretsProblems(settings, given)[0] ??
        rolloutProblems(rollout, settings.builders)[0];
    if (problem !== undefined) fail(raw, `${raw.project}:${problem.setting}`, problem.wrong, problem.allowed);
    const administrator = server.connection.accessKey ?? "";
    const isSame = (name: string) => name.toLowerCase() === administrator.toLowerCase();
    for (const setting of ["builders", "pinners"] as const) {
        const same = settings[setting].find(isSame);
        if (same === undefined) continue;
        fail(
            raw,
            `${raw.project}:${setting}`,
            `has ${shown(same)}, which is the administrator (minio:minioUser)`,
            "names of users of their own",
        );
    }
    return { settings, ...server, given, rollout };
}

/** An object of secrets, which is refused in clear text. */
function secrets(raw: RawConfig, key: "signingKeys" | "builderSecrets"): Record<string, string> {
    const given = value(raw, `${raw.project}:${key}`) ?? {};
    if (Object.keys(given).length > 0) refuseClearText(raw, key, `--path '${key}.NAME'`);
    return given as Record<string, string>;
}

function refuseClearText(raw: RawConfig, key: (typeof KEYS)[number], set: string): void {
    if (raw.isSecret(`${raw.project}:${key}`)) return;
    fail(raw, `${raw.project}:${key}`, "is in clear text", `secret: pulumi config set --secret ${set}`);
}

/** A mistyped key would be a setting that does nothing, or get the engine's words, which name no file. */
function refuseUnknownKeys(raw: RawConfig): void {
    for (const [namespace, whose, keys] of [
        [raw.project, "this project", KEYS],
        ["minio", "the minio provider", PROVIDER_KEYS],
    ] as const) {
        const known: readonly string[] = keys.map((key) => `${namespace}:${key}`);
        const unknown = Object.keys(raw.values).find(
            (key) => key.startsWith(`${namespace}:`) && !known.includes(key),
        );
        if (unknown !== undefined)
            fail(raw, unknown, `is no setting of ${whose}`, `one of ${keys.join(", ")}`);
    }
}
