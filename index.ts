import * as pulumi from "@pulumi/pulumi";
import { UserError } from "./cache/problem.ts";
import { NixCache } from "./components/nixCache.ts";
import { readConfig } from "./config.ts";
import { inspectServer } from "./server/preflight.ts";

const cache = await deploy().catch((error: unknown) => {
    // A RunError is shown as its message alone, without a stack trace.
    throw error instanceof UserError ? new pulumi.RunError(error.message) : error;
});

async function deploy(): Promise<NixCache> {
    const { settings, connection, caCertificate } = readConfig();
    const found = await inspectServer(connection, settings);
    return new NixCache("nix-cache", {
        ...settings,
        region: connection.region,
        caCertificate,
        existing: {
            bucket: found.bucket !== undefined,
            secrets: Object.fromEntries(
                Object.entries(found.users).map(([user, { secretKey }]) => [user, secretKey]),
            ),
        },
    });
}

export const publicKey = cache.publicKey;
export const trustedPublicKeys = cache.trustedPublicKeys;
export const secretKey = cache.secretKey;
export const substituter = cache.substituter;
export const storeUri = cache.storeUri;
export const nixConf = cache.nixConf;
export const builders = cache.builders;
export const awsCredentials = cache.awsCredentials;
export const hostConfig = cache.hostConfig;
