import * as pulumi from "@pulumi/pulumi";
import { objectNames, type Declared } from "./src/cache/declared.ts";
import type { Snapshot } from "./src/cache/live.ts";
import { nothingChanged, UserError } from "./src/cache/problem.ts";
import { DriftMarker } from "./components/driftMarker.ts";
import { NixCache } from "./components/nixCache.ts";
import { rollOut } from "./components/hostRollout.ts";
import { readConfig } from "./src/stack/readConfig.ts";
import { findDrift } from "./src/drift/findDrift.ts";
import { driftWarning, findingLine, isFinal, isRepairable, type Finding } from "./src/drift/finding.ts";
import { refuseSuddenExpiry } from "./src/stack/refuseSuddenExpiry.ts";
import { readPrevious } from "./src/stack/previous.ts";
import { running } from "./src/stack/running.ts";
import { inspectServer } from "./src/minio/preflight.ts";
import { readSnapshot } from "./src/minio/snapshot.ts";
import type { StackConfig } from "./src/stack/stackConfig.ts";

const looked = await look().catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    // A RunError is shown as its message alone, without a stack trace. Nothing was registered yet; a
    // process of ours that runs this may have done something before, and says itself what it knows.
    running().onRefused(error);
    throw new pulumi.RunError(running().inline ? error.message : nothingChanged(error.message));
});
const cache = declare(looked);

/** All that is known before the first resource. */
interface Looked {
    readonly config: StackConfig;
    readonly previous: Declared | undefined;
    readonly found: Snapshot;
    readonly drift: readonly Finding[];
}

/** Looks at everything, and registers nothing. */
async function look(): Promise<Looked> {
    const config = readConfig();
    const previous = await readPrevious();
    const found = await inspectServer(config.connection, config.settings, previous);
    await refuseSuddenExpiry(config, found.bucket);
    return { config, previous, found, drift: await lookForDrift(config, previous, found) };
}

function declare({ config, previous, found, drift }: Looked): NixCache {
    running().onDrift(drift);
    const findings = drift.map(findingLine);
    findings.forEach((finding) => void pulumi.log.warn(driftWarning(finding)));
    if (!drift.every(isFinal))
        void pulumi.log.warn(
            `npm run heal puts ${drift.every(isRepairable) ? "all of it back" : "back what can be"}, with the same keys and secrets`,
        );
    new DriftMarker("drift", { findings });

    const made = new NixCache("nix-cache", {
        ...config.settings,
        region: config.connection.region,
        caCertificate: config.caCertificate,
        signingKeys: asSecrets(config.given.signingKeys),
        builderSecrets: asSecrets(config.given.builderSecrets),
        keptGenerations: previous?.generations,
        existing: {
            bucket: found.bucket !== undefined,
            secrets: foreignSecrets(found, previous),
        },
    });
    rollOut(made, config.rollout);
    return made;
}

/** What was changed since the last deployment. The bucket may have another name in the meantime. */
async function lookForDrift(
    config: StackConfig,
    previous: Declared | undefined,
    found: Snapshot,
): Promise<Finding[]> {
    if (previous === undefined) return [];
    const same = previous.bucket === config.settings.bucket;
    return findDrift(
        previous,
        same ? found : await readSnapshot(config.connection, previous.bucket, objectNames(previous)),
    );
}

/** Secrets of users that were not this stack's when it was last deployed. */
function foreignSecrets({ users }: Snapshot, previous: Declared | undefined): Record<string, string> {
    const foreign = Object.entries(users).filter(
        ([user]) => !(user in { ...previous?.builders, ...previous?.pinners }),
    );
    return Object.fromEntries(foreign.map(([user, { secretKey }]) => [user, secretKey]));
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
export const usagePage = cache.usagePage;
export const nixConf = cache.nixConf;
export const builders = cache.builders;
/** Empty where there are none: Pulumi warns of an output without a value. */
export const pinners = cache.pinners ?? {};
export const awsCredentials = cache.awsCredentials;
export const hostConfig = cache.hostConfig;
export const declared = cache.declared;
