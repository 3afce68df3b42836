import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { anonymousPolicy, builderPolicy } from "../../../src/cache/policies.ts";
import { NixCache, type NixCacheArgs } from "../../../components/nixCache.ts";
import { CA } from "../hosts/samples.ts";
import { mockPassword, record, value, type Recorded } from "./recorded.ts";

const endpoint = "https://s3.homelab.local:9000";
const make = (args: Partial<NixCacheArgs> = {}) =>
    record((opts) => new NixCache("cache", { endpoint, ...args }, opts));

/** What the page says follows from hostConfig, as another test shows; here, only where it is. */
const ofThePage = (key: string, name: string) =>
    name === "minio:S3Object cache-usage" && ["content", "etag"].includes(key);

/** What differs between a cache with default settings and one with these: `type name` and the inputs there. */
async function changes(args: Partial<NixCacheArgs>): Promise<Record<string, Partial<Recorded["inputs"]>>> {
    const [before, after] = [(await make()).resources, (await make(args)).resources];
    const gone = Object.keys(before).filter((name) => after[name] === undefined);
    const changed: [string, Partial<Recorded["inputs"]>][] = gone.map((name) => [name, {}]);
    for (const [name, { inputs }] of Object.entries(after)) {
        const old = before[name]?.inputs ?? {};
        const other = Object.entries(inputs).filter(
            ([key, input]) => !same(input, old[key]) && !ofThePage(key, name),
        );
        if (other.length > 0) changed.push([name, Object.fromEntries(other)]);
    }
    return Object.fromEntries(changed);
}

function same(a: unknown, b: unknown): boolean {
    return JSON.stringify(a) === JSON.stringify(b);
}

describe("a setting of NixCache", () => {
    it("bucket names the bucket, the policy and what both say", async () => {
        assert.deepEqual(await changes({ bucket: "other" }), {
            "minio:S3Bucket cache-bucket": { bucket: "other" },
            "minio:S3BucketPolicy cache-bucket-anonymous": {
                bucket: "other",
                policy: JSON.stringify(anonymousPolicy("other", true)),
            },
            "minio:IlmPolicy cache-expiry": { bucket: "other" },
            "minio:S3Object cache-info": { bucketName: "other" },
            "minio:S3Object cache-usage": { bucketName: "other" },
            "minio:IamPolicy cache-write": {
                name: "other-write",
                policy: JSON.stringify(builderPolicy("other")),
            },
            "minio:IamUserPolicyAttachment cache-nixbuilder-write": { policyName: "other-write" },
        });
    });

    it("builders adds a user with a secret of its own for each", async () => {
        assert.deepEqual(await changes({ builders: ["nixbuilder", "cibot"] }), {
            "random:RandomPassword cache-cibot-secret": { length: 32, special: false },
            "minio:IamUser cache-cibot": { name: "cibot", secret: mockPassword("cache-cibot-secret", 32) },
            "minio:IamUserPolicyAttachment cache-cibot-write": {
                userName: "cibot",
                policyName: "nix-cache-write",
            },
        });
    });

    it("keyName is what a new key is named after", async () => {
        assert.deepEqual(await changes({ keyName: "home" }), {
            "random:RandomPassword cache-key-1": { keepers: { keyName: "home" } },
        });
    });

    it("keyGeneration adds a key and takes none away", async () => {
        assert.deepEqual(await changes({ keyGeneration: 2 }), {
            "random:RandomPassword cache-key-2": {
                length: 64,
                special: false,
                keepers: { keyName: "s3.homelab.local" },
            },
        });
    });

    it("trustedGenerations keeps what it names, and changes nothing else", async () => {
        assert.deepEqual(Object.keys(await changes({ trustedGenerations: [1, 2] })), [
            "random:RandomPassword cache-key-2",
        ]);
        assert.deepEqual(await changes({ trustedGenerations: [1] }), {});
    });

    for (const [args, hash, nar] of [
        [{ expireDays: 60 }, "60d", "67d"],
        [{ narGraceDays: 0 }, "30d", "30d"],
    ] as const) {
        it(`${Object.keys(args).join()} is in the lifecycle rules`, async () => {
            const changed = await changes(args);
            assert.deepEqual(Object.keys(changed), ["minio:IlmPolicy cache-expiry"]);
            const rules = changed["minio:IlmPolicy cache-expiry"]?.rules as {
                filter: string;
                expiration: string;
            }[];
            for (const { filter, expiration } of rules) {
                assert.equal(expiration, filter === "nar/" ? nar : hash, filter);
            }
        });
    }

    it("expireDays 0 takes the lifecycle rules away", async () => {
        assert.deepEqual(await changes({ expireDays: 0 }), { "minio:IlmPolicy cache-expiry": {} });
    });

    it("priority is in nix-cache-info and in its ETag", async () => {
        assert.deepEqual(await changes({ priority: 5 }), {
            "minio:S3Object cache-info": {
                content: "StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 5\n",
                etag: "42ee73f74d0553fbd2057c4703135584-1",
            },
        });
    });

    it("anonymousListing is in the bucket policy", async () => {
        assert.deepEqual(await changes({ anonymousListing: false }), {
            "minio:S3BucketPolicy cache-bucket-anonymous": {
                policy: JSON.stringify(anonymousPolicy("nix-cache", false)),
            },
        });
    });

    it("region and caCertificate are what hosts are told, and nothing on the server", async () => {
        assert.deepEqual(await changes({ region: "eu-1", caCertificate: CA }), {});
        const { made } = await make({ region: "eu-1", caCertificate: CA });
        const hostConfig = await value(made.hostConfig);
        assert.equal(hostConfig.region, "eu-1");
        assert.equal(hostConfig.caCertificate, CA);
    });

    for (const [args, message] of [
        [{ bucket: "Nix" }, /^NixCache cache: bucket is "Nix"; it must be 3 to 63 lower-case letters, .+$/],
        [{ builders: ["a"] }, /^NixCache cache: builders has "a"; it must be a list of different names, .+$/],
        [{ endpoint: "s3" }, /^NixCache cache: endpoint is "s3", which is no URL; it must be http:\/\/.+$/],
        [
            { endpoint: "https://$(id)" },
            /^NixCache cache: endpoint is "https:\/\/\$\(id\)", whose host is no DNS name and no IP address; .+$/,
        ],
        [
            { region: "us east;$(id)" },
            /^NixCache cache: region is "us east;\$\(id\)"; it must be 2 to 63 letters, digits, .+$/,
        ],
        [
            { caCertificate: `${CA}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n` },
            /^NixCache cache: caCertificate holds a private key, .+; it must be a file with the CA's certificate in PEM$/,
        ],
        [{ keyName: "a:b" }, /^NixCache cache: keyName is "a:b"; it must be 1 to 200 letters, .+$/],
        [
            { keyGeneration: 0 },
            /^NixCache cache: keyGeneration is 0; it must be a whole number from 1 to 100$/,
        ],
        [{ trustedGenerations: [] }, /^NixCache cache: trustedGenerations is \[\]; it must be a list .+$/],
        [{ expireDays: -1 }, /^NixCache cache: expireDays is -1; it must be a whole number from 0 to 36500$/],
        [{ narGraceDays: 0.5 }, /^NixCache cache: narGraceDays is 0\.5; it must be a whole number .+$/],
        [
            { priority: -1 },
            /^NixCache cache: priority is -1; it must be a whole number from 0 to 2147483647$/,
        ],
    ] as const) {
        it(`that is bad ends in one line before anything is made: ${JSON.stringify(args)}`, async () => {
            const { made, resources } = await record((opts) => {
                try {
                    return new NixCache("cache", { endpoint, ...args }, opts);
                } catch (error) {
                    return error;
                }
            });
            assert.ok(pulumi.RunError.isInstance(made));
            assert.match(made.message, message);
            assert.deepEqual(resources, {});
        });
    }
});
