import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { authorityProblems, publicPart } from "../cache/authority.ts";
import { regionProblems } from "../cache/checks.ts";
import { isHostAndPort } from "../cache/hostNames.ts";
import { shown } from "../cache/problem.ts";
import { boolean, fail, required, value, type RawConfig } from "./rawConfig.ts";
import type { Connection } from "../s3/connection.ts";

/** How the server is reached. */
export interface ServerConfig {
    /** The server as the minio provider reaches it, with the administrator's credentials. */
    readonly connection: Connection;
    /** PEM of the private CA in `minio:minioCacertFile`; undefined where there is none. */
    readonly caCertificate?: string;
}

/** The keys of @pulumi/minio 0.17.1 (its `config/vars.d.ts`; a test compares the two). */
export const PROVIDER_KEYS = [
    "minioServer",
    "minioUser",
    "minioPassword",
    "minioSsl",
    "minioCacertFile",
    "minioRegion",
    "minioInsecure",
    "minioApiVersion",
    "minioCertFile",
    "minioKeyFile",
    "minioSessionToken",
    "minioAccessKey",
    "minioSecretKey",
] as const;

/** Bytes; a system's whole bundle has a fifth of it. */
const LARGEST_CA_FILE = 1024 * 1024;

/**
 * How the server is reached, by the provider's own keys.
 *
 * @throws UserError, in one line, at the first thing that is wrong
 */
export function checkServerConfig(raw: RawConfig): ServerConfig {
    const host = required(raw, "minioServer", "the server's host and perhaps a port", "s3.homelab.local");
    const secure = boolean(raw, "minioSsl");
    const url = `${secure ? "https" : "http"}://${host}`;
    if (!isHostAndPort(host)) {
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
    const [problem] = region === undefined ? [] : regionProblems("minio:minioRegion", region);
    if (problem !== undefined) fail(raw, problem.setting, problem.wrong, problem.allowed);
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

function readCaCertificate(raw: RawConfig): string | undefined {
    const key = "minio:minioCacertFile";
    const file = value(raw, key) as string | undefined;
    if (file === undefined) return undefined;
    // The provider's plugin runs in the project's folder, so that is what a relative path is relative to.
    // Not resolved here: where the folder is a link, `..` leads from what it links to.
    const path = isAbsolute(file) ? file : `${raw.folder}/${file}`;
    const pem = textOf(path);
    const [problem] = authorityProblems(key, pem);
    if (problem === undefined) return publicPart(pem);
    const wrong = existsSync(path) ? problem.wrong : "does not exist";
    return fail(raw, key, `is ${shown(file)}, which ${wrong}`, problem.allowed);
}

/** Empty where it is no file that can be read, or is far too large for certificates. */
function textOf(path: string): string {
    try {
        return statSync(path).size <= LARGEST_CA_FILE ? readFileSync(path, "utf8") : "";
    } catch {
        return "";
    }
}
