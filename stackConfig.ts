import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { settingsProblems } from "./cache/checks.ts";
import { givenSecretsProblems, type GivenSecrets } from "./cache/givenSecrets.ts";
import { shown } from "./cache/problem.ts";
import { rolloutProblems, type Rollout, type RolloutHost } from "./cache/rolloutHosts.ts";
import { completeSettings, type Settings } from "./cache/settings.ts";
import { boolean, fail, required, value, type RawConfig } from "./rawConfig.ts";
import type { Connection } from "./server/request.ts";

/** The stack's configuration, checked: what the cache is to be, and how its server is reached. */
export interface StackConfig extends ServerConfig {
    readonly settings: Settings;
    /** Keys and secrets that were made elsewhere. */
    readonly given: GivenSecrets;
    /** Machines that the stack sets up over SSH. */
    readonly rollout: Rollout;
}

/** How the server is reached. */
export interface ServerConfig {
    /** The server as the minio provider reaches it, with the administrator's credentials. */
    readonly connection: Connection;
    /** PEM of the private CA in `minio:minioCacertFile`; undefined where there is none. */
    readonly caCertificate?: string;
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
    if (settings.builders.includes(administrator)) {
        fail(
            raw,
            `${raw.project}:builders`,
            `has ${shown(administrator)}, which is the administrator (minio:minioUser)`,
            "names of users of their own",
        );
    }
    return { settings, ...server, given, rollout };
}

/**
 * How the server is reached, by the provider's own keys.
 *
 * @throws UserError, in one line, at the first thing that is wrong
 */
export function checkServerConfig(raw: RawConfig): ServerConfig {
    const host = required(raw, "minioServer", "the server's host and perhaps a port", "s3.homelab.local");
    const secure = boolean(raw, "minioSsl");
    const url = `${secure ? "https" : "http"}://${host}`;
    if (/[/\s?#@\\]/.test(host) || !URL.canParse(url)) {
        fail(
            raw,
            "minio:minioServer",
            `is ${shown(host)}`,
            "a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)",
        );
    }
    const accessKey = required(raw, "minioUser", "the server's administrator", "NAME");
    const secretKey = required(raw, "minioPassword", "that administrator's password", undefined);
    if (!raw.isSecret("minio:minioPassword")) {
        fail(
            raw,
            "minio:minioPassword",
            "is in clear text",
            "a secret: pulumi config set --secret minio:minioPassword",
        );
    }
    const region = value(raw, "minio:minioRegion") as string | undefined;
    const caCertificate = readCaCertificate(raw);
    return {
        connection: {
            url,
            accessKey,
            secretKey,
            ...(region === undefined ? {} : { region }),
            ...(caCertificate === undefined ? {} : { ca: caCertificate }),
            ...(boolean(raw, "minioInsecure") ? { insecure: true } : {}),
        },
        ...(caCertificate === undefined ? {} : { caCertificate }),
    };
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

function readCaCertificate(raw: RawConfig): string | undefined {
    const file = value(raw, "minio:minioCacertFile") as string | undefined;
    if (file === undefined) return undefined;
    // The provider's plugin runs in the project's folder, so that is what a relative path is relative to.
    const path = resolve(raw.folder, file);
    const key = "minio:minioCacertFile";
    const allowed = "a file with the CA's certificate in PEM";
    if (!existsSync(path)) fail(raw, key, `is ${shown(file)}, which does not exist`, allowed);
    try {
        const pem = readFileSync(path, "utf8");
        return new X509Certificate(pem).toString() === "" ? undefined : pem;
    } catch {
        return fail(raw, key, `is ${shown(file)}, which holds no certificate`, allowed);
    }
}

function refuseUnknownKeys(raw: RawConfig): void {
    const own = `${raw.project}:`;
    const unknown = Object.keys(raw.values)
        .filter((key) => key.startsWith(own))
        .find((key) => !(KEYS as readonly string[]).includes(key.slice(own.length)));
    if (unknown !== undefined)
        fail(raw, unknown, "is no setting of this project", `one of ${KEYS.join(", ")}`);
}
