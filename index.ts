import * as pulumi from "@pulumi/pulumi";
import { UserError } from "./cache/problem.ts";
import { DriftMarker } from "./components/driftMarker.ts";
import { NixCache } from "./components/nixCache.ts";
import { readConfig } from "./config.ts";
import { findDrift } from "./drift/findDrift.ts";
import { findingLine } from "./drift/finding.ts";
import { refuseSuddenExpiry } from "./expiryCheck.ts";
import { readPrevious } from "./previous.ts";
import { inspectServer } from "./server/preflight.ts";

const cache = await deploy().catch((error: unknown) => {
    // A RunError is shown as its message alone, without a stack trace.
    throw error instanceof UserError ? new pulumi.RunError(`${error.message}${unchanged(error)}`) : error;
});

/** Nothing is registered before all of it was looked at. */
function unchanged({ message }: UserError): string {
    return message.endsWith("changed.") ? "" : ". Nothing has been changed.";
}

async function deploy(): Promise<NixCache> {
    const config = readConfig();
    const previous = await readPrevious();
    const found = await inspectServer(config.connection, config.settings, previous);
    await refuseSuddenExpiry(config, found.bucket);

    const findings = previous === undefined ? [] : findDrift(previous, found).map(findingLine);
    findings.forEach((finding) => void pulumi.log.warn(`not as last deployed: ${finding}`));
    if (findings.length > 0)
        void pulumi.log.warn("npm run heal puts all of it back, with the same keys and secrets");
    new DriftMarker("drift", { findings });

    return new NixCache("nix-cache", {
        ...config.settings,
        region: config.connection.region,
        caCertificate: config.caCertificate,
        signingKeys: asSecrets(config.given.signingKeys),
        builderSecrets: asSecrets(config.given.builderSecrets),
        keptGenerations: previous?.generations,
        existing: {
            bucket: found.bucket !== undefined,
            secrets: Object.fromEntries(
                Object.entries(found.users).map(([user, { secretKey }]) => [user, secretKey]),
            ),
        },
    });
}

function asSecrets(given: Readonly<Record<string, string>> = {}): Record<string, pulumi.Output<string>> {
    return Object.fromEntries(Object.entries(given).map(([name, secret]) => [name, pulumi.secret(secret)]));
}

export const publicKey = cache.publicKey;
export const trustedPublicKeys = cache.trustedPublicKeys;
export const secretKey = cache.secretKey;
export const signingKeys = cache.signingKeys;
export const substituter = cache.substituter;
export const storeUri = cache.storeUri;
export const nixConf = cache.nixConf;
export const builders = cache.builders;
export const awsCredentials = cache.awsCredentials;
export const hostConfig = cache.hostConfig;
export const declared = cache.declared;
