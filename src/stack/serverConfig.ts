import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { authorityProblems, publicPart } from "../cache/authority.ts";
import { shown } from "../cache/problem.ts";
import { SERVER_SETTINGS, type ServerSettings } from "../cache/serverSettings.ts";
import { fail, readTable, type RawConfig } from "./rawConfig.ts";
import type { Connection } from "../s3/connection.ts";

/** How the server is reached. */
export interface ServerConfig {
    /** The server as the minio provider reaches it, with the administrator's credentials. */
    readonly connection: Connection;
    /** PEM of the private CA in `minio:minioCacertFile`; undefined where there is none. */
    readonly caCertificate?: string;
}

/**
 * The keys of @pulumi/minio 0.17.1 (its `config/vars.d.ts`; a test compares the
 * two): those that are read here, and others that the provider alone reads.
 */
export const PROVIDER_KEYS = [
    ...Object.keys(SERVER_SETTINGS),
    "minioApiVersion",
    "minioCertFile",
    "minioKeyFile",
    "minioSessionToken",
    "minioAccessKey",
    "minioSecretKey",
];

/** Bytes; a system's whole bundle has a fifth of it. */
const LARGEST_CA_FILE = 1024 * 1024;

/**
 * How the server is reached, by the provider's own keys.
 *
 * @throws UserError, in one line, at the first thing that is wrong
 */
export function checkServerConfig(raw: RawConfig): ServerConfig {
    const server = readTable<ServerSettings>(raw, "minio", SERVER_SETTINGS);
    const { minioRegion: region, minioCacertFile: file } = server;
    const caCertificate = file === undefined ? undefined : readCaCertificate(raw, file);
    return {
        connection: {
            url: `${server.minioSsl ? "https" : "http"}://${server.minioServer}`,
            accessKey: server.minioUser,
            secretKey: server.minioPassword,
            ...(region === undefined ? {} : { region }),
            ...(caCertificate === undefined ? {} : { ca: caCertificate }),
            ...(server.minioInsecure ? { insecure: true } : {}),
        },
        ...(caCertificate === undefined ? {} : { caCertificate }),
    };
}

function readCaCertificate(raw: RawConfig, file: string): string {
    const key = "minio:minioCacertFile";
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
