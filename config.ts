import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { settingsProblems } from "./cache/checks.ts";
import { givenSecretsProblems } from "./cache/givenSecrets.ts";
import { shown, UserError } from "./cache/problem.ts";
import { completeSettings, type Settings } from "./cache/settings.ts";
import type { Connection } from "./server/request.ts";

/** The stack's configuration, checked: what the cache is to be, and how its server is reached. */
export interface StackConfig {
    readonly settings: Settings;
    /** The server as the minio provider reaches it, with the administrator's credentials. */
    readonly connection: Connection;
    /** PEM of the private CA in `minio:minioCacertFile`; undefined where there is none. */
    readonly caCertificate?: string;
    /** Signing keys that were made elsewhere, by generation. Secret. */
    readonly signingKeys: Readonly<Record<string, pulumi.Output<string>>>;
    /** Builders' secrets that were made elsewhere, by name. Secret. */
    readonly builderSecrets: Readonly<Record<string, pulumi.Output<string>>>;
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
] as const;

/**
 * Reads the stack's configuration; the only place that does.
 *
 * @throws UserError, in one line, at the first thing that is wrong
 */
export function readConfig(): StackConfig {
    refuseUnknownKeys();
    const server = readServer();
    const settings = completeSettings({
        bucket: read("bucket") as string | undefined,
        builders: read("builders") as string[] | undefined,
        endpoint: (read("endpoint") as string | undefined) ?? server.connection.url,
        keyName: read("keyName") as string | undefined,
        keyGeneration: read("keyGeneration") as number | undefined,
        trustedGenerations: read("trustedGenerations") as number[] | undefined,
        expireDays: read("expireDays") as number | undefined,
        narGraceDays: read("narGraceDays") as number | undefined,
        priority: read("priority") as number | undefined,
        anonymousListing: read("anonymousListing") as boolean | undefined,
        protect: read("protect") as boolean | undefined,
        adopt: read("adopt") as string | undefined,
        expireExisting: read("expireExisting") as boolean | undefined,
    });
    const given = { signingKeys: readSecrets("signingKeys"), builderSecrets: readSecrets("builderSecrets") };
    const problem = [...settingsProblems(settings), ...givenSecretsProblems(settings, given)][0];
    if (problem !== undefined)
        fail(`${pulumi.getProject()}:${problem.setting}`, problem.wrong, problem.allowed);
    if (settings.builders.includes(server.connection.accessKey ?? "")) {
        fail(
            `${pulumi.getProject()}:builders`,
            `has ${shown(server.connection.accessKey)}, which is the administrator (minio:minioUser)`,
            "names of users of their own",
        );
    }
    return {
        settings,
        ...server,
        signingKeys: marked(given.signingKeys),
        builderSecrets: marked(given.builderSecrets),
    };
}

function readServer(): Pick<StackConfig, "connection" | "caCertificate"> {
    const host = required("minioServer", "the server's host and perhaps a port", "s3.homelab.local");
    const secure = readBoolean("minioSsl");
    const url = `${secure ? "https" : "http"}://${host}`;
    if (/[/\s?#@\\]/.test(host) || !URL.canParse(url)) {
        fail(
            "minio:minioServer",
            `is ${shown(host)}`,
            "a host and perhaps a port, as in s3.homelab.local:9000 (minio:minioSsl says whether it is https)",
        );
    }
    const accessKey = required("minioUser", "the server's administrator", "NAME");
    const secretKey = required("minioPassword", "that administrator's password", undefined);
    if (!isConfigSecret("minio:minioPassword")) {
        fail(
            "minio:minioPassword",
            "is in clear text",
            "a secret: pulumi config set --secret minio:minioPassword",
        );
    }
    const region = read("minioRegion", "minio") as string | undefined;
    const caCertificate = readCaCertificate();
    return {
        connection: {
            url,
            accessKey,
            secretKey,
            ...(region === undefined ? {} : { region }),
            ...(caCertificate === undefined ? {} : { ca: caCertificate }),
            ...(readBoolean("minioInsecure") ? { insecure: true } : {}),
        },
        ...(caCertificate === undefined ? {} : { caCertificate }),
    };
}

/** An object of secrets, which is refused in clear text. */
function readSecrets(key: "signingKeys" | "builderSecrets"): Record<string, string> {
    const value = read(key) ?? {};
    const own = `${pulumi.getProject()}:${key}`;
    if (Object.keys(value).length > 0 && !isConfigSecret(own)) {
        fail(own, "is in clear text", `secret: pulumi config set --secret --path '${key}.NAME'`);
    }
    return value as Record<string, string>;
}

function marked(secrets: Readonly<Record<string, string>>): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, pulumi.secret(secret)]));
}

function readCaCertificate(): string | undefined {
    const file = read("minioCacertFile", "minio") as string | undefined;
    if (file === undefined) return undefined;
    // The provider's plugin runs in the project's folder, so that is what a relative path is relative to.
    const path = resolve(pulumi.getRootDirectory(), file);
    const allowed = "a file with the CA's certificate in PEM";
    if (!existsSync(path)) fail("minio:minioCacertFile", `is ${shown(file)}, which does not exist`, allowed);
    try {
        const pem = readFileSync(path, "utf8");
        return new X509Certificate(pem).toString() === "" ? undefined : pem;
    } catch {
        return fail("minio:minioCacertFile", `is ${shown(file)}, which holds no certificate`, allowed);
    }
}

function required(key: string, what: string, example: string | undefined): string {
    const value = read(key, "minio");
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
    const set = example === undefined ? `--secret minio:${key}` : `minio:${key} ${example}`;
    return fail(`minio:${key}`, `is not set`, `${what}: pulumi config set ${set}`);
}

function readBoolean(key: string): boolean {
    const value = read(key, "minio") ?? false;
    return typeof value === "boolean" ? value : fail(`minio:${key}`, `is ${shown(value)}`, "true or false");
}

/**
 * A value as it was meant: a number, a boolean, a list or a text. An empty text
 * is what Pulumi.yaml gives to a key whose default depends on others: unset.
 */
function read(key: string, namespace: string = pulumi.getProject()): unknown {
    const text = pulumi.runtime.getConfig(`${namespace}:${key}`);
    if (text === undefined || text === "" || text === "[]")
        return text === "[]" && key === "builders" ? [] : undefined;
    if (TEXTS.has(key)) return text;
    if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
    if (text === "true" || text === "false") return text === "true";
    try {
        return /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text;
    } catch {
        return text;
    }
}

/** Keys whose value is a text even where it looks like a number. */
const TEXTS = new Set([
    "adopt",
    "bucket",
    "endpoint",
    "keyName",
    "minioServer",
    "minioUser",
    "minioPassword",
    "minioRegion",
    "minioCacertFile",
]);

function refuseUnknownKeys(): void {
    const own = `${pulumi.getProject()}:`;
    const unknown = Object.keys(pulumi.runtime.allConfig())
        .filter((key) => key.startsWith(own))
        .find((key) => !(KEYS as readonly string[]).includes(key.slice(own.length)));
    if (unknown !== undefined) fail(unknown, "is no setting of this project", KEYS.join(", "));
}

/** Pulumi's SDK knows which values came encrypted, though its types do not say so. */
function isConfigSecret(key: string): boolean {
    return (pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean }).isConfigSecret(key);
}

function fail(key: string, wrong: string, allowed: string): never {
    throw new UserError(
        `${key} in Pulumi.${pulumi.getStack()}.yaml ${wrong}; it must be ${allowed}. Nothing has been changed.`,
    );
}
