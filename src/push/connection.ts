import { readFileSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import type { Credentials } from "../hosts/awsCredentials.ts";
import type { HostConfig } from "../hosts/hostConfig.ts";
import type { Cache } from "../s3/bucket.ts";
import { profileOf, readCredentials } from "./credentials.ts";
import { parseHostConfig } from "./hostConfigFile.ts";

/** What says where a cache is, and who asks. */
export interface ConnectionFiles {
    /** File with the output `hostConfig` as JSON. */
    readonly hostConfigFile: string;
    /** Credentials file of the AWS SDKs. */
    readonly credentialsFile: string;
    /** Name of a user, or of a profile in the credentials file. Default: the first of the stack's builders. */
    readonly profile?: string | undefined;
}

/** A server that copies a large object says nothing for a while. */
const TIMEOUT_MS = 120_000;

/**
 * Reads the two files.
 *
 * @throws UserError, one line without any secret, when one cannot be read or does not fit the other
 */
export function readConnection({ hostConfigFile, credentialsFile, profile: given }: ConnectionFiles): {
    readonly host: HostConfig;
    readonly credentials: Credentials;
} {
    const host = parseHostConfig(read(hostConfigFile, "the host configuration"), hostConfigFile);
    const secrets = read(credentialsFile, "the credentials");
    const profile = profileOf(secrets, given ?? host.builders[0] ?? "");
    return { host, credentials: readCredentials(secrets, profile, credentialsFile) };
}

/** A cache, as who has these credentials asks it. */
export function cacheOf(
    { endpoint, region, bucket, caCertificate }: HostConfig,
    credentials: Credentials,
): Cache {
    return {
        connection: {
            url: endpoint,
            region,
            ...credentials,
            timeoutMs: TIMEOUT_MS,
            ...(caCertificate === null ? {} : { ca: caCertificate }),
        },
        bucket,
    };
}

/** @throws UserError saying why the file cannot be read */
export function read(file: string, what: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        const code = (error as NodeJS.ErrnoException).code ?? "";
        const why = { ENOENT: "there is no such file", EACCES: "it may not be read" }[code] ?? code;
        throw new UserError(`${what} cannot be read from ${file}: ${why}`);
    }
}
