import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import { authorityProblems, publicPart } from "../src/cache/authority.ts";
import { declare, declared, type Declared } from "../src/cache/declared.ts";
import { makeHostConfig } from "../src/hosts/makeHostConfig.ts";
import { storeUri, substituterUrl } from "../src/hosts/addresses.ts";
import { awsCredentials, type Credentials } from "../src/hosts/awsCredentials.ts";
import type { HostConfig } from "../src/hosts/hostConfig.ts";
import { usagePage, usagePageUrl } from "../src/hosts/page/usagePage.ts";
import { profileName } from "../src/cache/profile.ts";
import { completeSettings, settingsProblems, type GivenSettings } from "../src/cache/settings.ts";
import { regionFault } from "../src/cache/valueChecks.ts";
import { Builder } from "./builder.ts";
import { CacheBucket } from "./cacheBucket.ts";
import { CacheInfo } from "./cacheInfo.ts";
import { Expiry } from "./lifecycleRules.ts";
import { Pinner } from "./pinner.ts";
import { SigningKeys } from "./signingKeys.ts";
import { StackPins } from "./stackPins.ts";
import { UsagePage } from "./usagePage.ts";

/** What is on the server already, of what this cache would make. */
export interface Existing {
    /** Whether the bucket is there (and is this cache's to take over). */
    readonly bucket: boolean;
    /** Secrets of the builders and pinners that are there, by name. */
    readonly secrets: Readonly<Record<string, string>>;
}

/** Arguments of {@link NixCache}: its settings, of which only `endpoint` has no default, and what they are used on. */
export interface NixCacheArgs extends GivenSettings {
    /** The server's region. Default: `us-east-1`, as MinIO's. */
    readonly region?: string | undefined;
    /** PEM of the private CA that hosts need to trust; its certificates alone become public. Default: none. */
    readonly caCertificate?: string | undefined;
    /** Signing keys made elsewhere, by generation, each `NAME:BASE64`. Default: each is made here, once. Secret. */
    readonly signingKeys?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
    /** Builders' and pinners' secrets made elsewhere, by name. Default: each is made here, once. Secret. */
    readonly builderSecrets?: Readonly<Record<string, pulumi.Input<string>>> | undefined;
    /** Generations whose keys the state has already, none of which is dropped. Default: those of the settings alone. */
    readonly keptGenerations?: readonly number[] | undefined;
    /** What the server has already. Default: nothing, so a bucket that exists is an error, and a user that exists is overwritten. */
    readonly existing?: Existing | undefined;
}

/**
 * A Nix binary cache on a MinIO server: bucket, builders, write policy,
 * anonymous download, expiry, nix-cache-info, a page that says how to use it, and
 * signing keys.
 *
 * It reads no configuration; the provider is the default one or that of `opts`.
 *
 * @throws pulumi.RunError, one line, when an argument is not usable
 */
export class NixCache extends pulumi.ComponentResource {
    /** The public key that belongs to {@link secretKey}, `NAME:BASE64`. */
    readonly publicKey: pulumi.Output<string>;
    /** Every public key that hosts accept, the current one first. */
    readonly trustedPublicKeys: pulumi.Output<string[]>;
    /** The key that pushes are signed with. Secret. */
    readonly secretKey: pulumi.Output<string>;
    /** The URL that hosts read from. */
    readonly substituter: pulumi.Output<string>;
    /** What `nix copy --to` takes, with the first builder's profile. */
    readonly storeUri: pulumi.Output<string>;
    /** Lines for a host's nix.conf. */
    readonly nixConf: pulumi.Output<string>;
    /** The builders' credentials by name. Secret. */
    readonly builders: pulumi.Output<Record<string, Credentials>>;
    /** A credentials file with a profile for each builder. Secret. */
    readonly awsCredentials: pulumi.Output<string>;
    /** The pinners' credentials by name; undefined where there are none. Secret. */
    readonly pinners: pulumi.Output<Record<string, Credentials>> | undefined;
    /** URL of the page in the cache that says how to use it. */
    readonly usagePage: pulumi.Output<string>;
    /** All that a host needs, nothing of it secret. */
    readonly hostConfig: pulumi.Output<HostConfig>;
    /** The secret keys of every generation that is kept, by generation. Secret. */
    readonly signingKeys: pulumi.Output<Record<string, string>>;
    /** What the server is to hold; what looks for drift compares with it. Secret. */
    readonly declared: pulumi.Output<Declared>;

    constructor(name: string, args: NixCacheArgs, opts?: pulumi.ComponentResourceOptions) {
        const { region = "us-east-1", caCertificate, existing } = args;
        const settings = completeSettings(args);
        const badRegion = regionFault(region);
        const problem = [
            ...settingsProblems(settings),
            ...(badRegion === undefined ? [] : [{ setting: "region", ...badRegion }]),
            ...(caCertificate === undefined ? [] : authorityProblems("caCertificate", caCertificate)),
        ][0];
        if (problem !== undefined) {
            throw new pulumi.RunError(
                `NixCache ${name}: ${problem.setting} ${problem.wrong}; it must be ${problem.allowed}`,
            );
        }
        super("nix-cache:index:NixCache", name, {}, opts);
        const child = { parent: this };
        const declaration = declare(settings, args.keptGenerations);

        const keys = new SigningKeys(
            `${name}-key`,
            {
                keyName: settings.keyName,
                firstKeyName: declaration.firstKeyName,
                kept: declaration.generations,
                current: settings.keyGeneration,
                trusted: settings.trustedGenerations,
                signing: settings.signingGenerations,
                given: args.signingKeys,
                protect: settings.protect,
            },
            child,
        );
        const place = new CacheBucket(
            `${name}-bucket`,
            {
                declaration,
                protect: settings.protect,
                exists: existing?.bucket ?? false,
            },
            child,
        );
        const { bucket } = place;
        const expiry = new Expiry(
            `${name}-expiry`,
            { bucket: place.settledBucket, rules: declaration.rules },
            child,
        );
        const info = new CacheInfo(`${name}-info`, { bucket, object: declaration.cacheInfo }, child);
        const write = new minio.IamPolicy(
            `${name}-write`,
            {
                name: declaration.writePolicy.name,
                policy: JSON.stringify(declaration.writePolicy.document),
            },
            child,
        );
        const users = declaration.builders.map(
            (userName) =>
                new Builder(
                    `${name}-${userName}`,
                    {
                        userName,
                        policyName: write.name,
                        givenSecret: args.builderSecrets?.[userName],
                        existingSecret: existing?.secrets[userName],
                    },
                    child,
                ),
        );
        const builders = users.map(({ credentials }) => credentials);
        const pinPolicy =
            declaration.pinPolicy &&
            new minio.IamPolicy(
                `${name}-pin`,
                {
                    name: declaration.pinPolicy.name,
                    policy: JSON.stringify(declaration.pinPolicy.document),
                },
                child,
            );
        const pinners = declaration.pinners.map(
            (userName) =>
                new Pinner(
                    `${name}-pinner-${userName}`,
                    {
                        userName,
                        policyName: pinPolicy?.name ?? "",
                        givenSecret: args.builderSecrets?.[userName],
                        existingSecret: existing?.secrets[userName],
                    },
                    child,
                ),
        );
        const pins =
            declaration.pins.length === 0
                ? undefined
                : new StackPins(`${name}-pins`, { bucket, objects: declaration.pins, after: write }, child);

        const { endpoint } = settings;
        const substituter = substituterUrl(endpoint, settings.bucket);
        this.publicKey = keys.publicKey;
        this.trustedPublicKeys = keys.trustedPublicKeys;
        this.secretKey = keys.secretKey;
        this.signingKeys = keys.secretKeys;
        this.substituter = pulumi.output(substituter);
        this.usagePage = pulumi.output(usagePageUrl(substituter));
        this.storeUri = pulumi.output(
            storeUri(endpoint, settings.bucket, region, profileName(settings.builders[0] ?? "")),
        );
        this.hostConfig = pulumi
            .all([keys.publicKey, keys.trustedPublicKeys])
            .apply(([publicKey, trustedPublicKeys]) =>
                makeHostConfig(settings, {
                    publicKey,
                    trustedPublicKeys,
                    region,
                    caCertificate: caCertificate && publicPart(caCertificate),
                }),
            );
        this.nixConf = this.hostConfig.nixConf;
        this.builders = byName(builders);
        this.pinners = pinPolicy && byName(pinners.map(({ credentials }) => credentials));
        this.awsCredentials = pulumi.secret(pulumi.all(builders).apply(awsCredentials));

        const content = this.hostConfig.apply(usagePage);
        const usage = new UsagePage(
            `${name}-usage`,
            { bucket, object: declaration.usagePage, content, after: info },
            child,
        );
        const secrets = secretsByName(builders);
        const pinnerSecrets = secretsByName(pinners.map(({ credentials }) => credentials));
        const urns = {
            bucket: place.bucketUrn,
            anonymousPolicy: place.anonymousUrn,
            ...(expiry.rulesUrn === undefined ? {} : { rules: expiry.rulesUrn }),
            objects: {
                [declaration.cacheInfo.name]: info.objectUrn,
                [declaration.usagePage.name]: usage.objectUrn,
                ...pins?.urns,
            },
            writePolicy: write.urn,
            builders: Object.fromEntries(
                users.map(({ userUrn }, index) => [declaration.builders[index] ?? "", userUrn]),
            ),
            ...(pinPolicy === undefined
                ? {}
                : {
                      pinPolicy: pinPolicy.urn,
                      pinners: Object.fromEntries(
                          pinners.map(({ userUrn }, index) => [declaration.pinners[index] ?? "", userUrn]),
                      ),
                  }),
        };
        this.declared = pulumi.secret(
            pulumi
                .all([secrets, pinnerSecrets, content, pulumi.output(urns)])
                .apply(([ofBuilders, ofPinners, page, all]) =>
                    declared(declaration, { builders: ofBuilders, pinners: ofPinners, page, urns: all }),
                ),
        );
        this.registerOutputs({
            publicKey: this.publicKey,
            trustedPublicKeys: this.trustedPublicKeys,
            substituter: this.substituter,
        });
    }
}

/** Credentials by the users' names. Secret. */
function byName(users: pulumi.Output<Credentials>[]): pulumi.Output<Record<string, Credentials>> {
    return pulumi.secret(
        pulumi.all(users).apply((all) => Object.fromEntries(all.map((one) => [one.accessKey, one]))),
    );
}

function secretsByName(users: pulumi.Output<Credentials>[]): pulumi.Output<Record<string, string>> {
    return pulumi
        .all(users)
        .apply((all) => Object.fromEntries(all.map((one) => [one.accessKey, one.secretKey])));
}
