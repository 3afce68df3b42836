import assert from "node:assert/strict";
import { singlePartEtag } from "../../../src/cache/cacheInfo.ts";
import { usagePage } from "../../../src/hosts/page/usagePage.ts";
import { anonymousPolicy, builderPolicy } from "../../../src/cache/policies.ts";
import { signingKeyFromRandomText } from "../../../src/cache/signingKey.ts";
import { NixCache, type NixCacheArgs } from "../../../components/nixCache.ts";
import { CA } from "../hosts/samples.ts";
import { mockPassword, record, value, type Recorded } from "./recorded.ts";

const endpoint = "https://s3.homelab.local";
const make = (args: Partial<NixCacheArgs> = {}) =>
    record((opts) => new NixCache("cache", { endpoint, ...args }, opts));

const PAGE = "minio:S3Object cache-usage";

/** Inputs of the custom resources of a cache with default settings, by `type name`. Components have none. */
const DEFAULT_INPUTS: Record<string, Record<string, unknown>> = {
    "nix-cache:NixCache cache": {},
    "nix-cache:SigningKeys cache-key": {},
    "random:RandomPassword cache-key-1": {
        length: 64,
        special: false,
        keepers: { keyName: "s3.homelab.local" },
    },
    "nix-cache:CacheBucket cache-bucket": {},
    "minio:S3Bucket cache-bucket": { bucket: "nix-cache", acl: "private", forceDestroy: false },
    "minio:S3BucketPolicy cache-bucket-anonymous": {
        bucket: "nix-cache",
        policy: JSON.stringify(anonymousPolicy("nix-cache", true)),
    },
    "nix-cache:Expiry cache-expiry": {},
    "minio:IlmPolicy cache-expiry": { bucket: "nix-cache" },
    "nix-cache:CacheInfo cache-info": {},
    "minio:S3Object cache-info": {
        bucketName: "nix-cache",
        objectName: "nix-cache-info",
        content: "StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n",
        contentType: "text/x-nix-cache-info",
        etag: "903abbf2b4fe2148b74314d1508c0473-1",
    },
    "nix-cache:UsagePage cache-usage": {},
    "minio:S3Object cache-usage": {
        bucketName: "nix-cache",
        objectName: "usage.html",
        contentType: "text/html; charset=utf-8",
    },
    "minio:IamPolicy cache-write": {
        name: "nix-cache-write",
        policy: JSON.stringify(builderPolicy("nix-cache")),
    },
    "nix-cache:Builder cache-nixbuilder": {},
    "random:RandomPassword cache-nixbuilder-secret": { length: 32, special: false },
    "minio:IamUser cache-nixbuilder": {
        name: "nixbuilder",
        secret: mockPassword("cache-nixbuilder-secret", 32),
    },
    "minio:IamUserPolicyAttachment cache-nixbuilder-write": {
        userName: "nixbuilder",
        policyName: "nix-cache-write",
    },
};

/** The lifecycle rules are compared on their own: there are 188. So is the page, which is long. */
function inputsOf(resources: Readonly<Record<string, Recorded>>): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(resources).map(([name, { inputs }]) => {
            const { rules, ...others } = inputs;
            assert.equal(rules !== undefined, name.startsWith("minio:IlmPolicy"), name);
            if (name !== PAGE) return [name, others];
            const { content, etag, ...object } = others;
            assert.equal(etag, singlePartEtag(content as string));
            return [name, object];
        }),
    );
}

const rulesOf = (resources: Readonly<Record<string, Recorded>>) =>
    resources["minio:IlmPolicy cache-expiry"]?.inputs.rules as { filter: string; expiration: string }[];

describe("NixCache", () => {
    it("makes exactly these resources with exactly these inputs", async () => {
        const { resources } = await make();
        assert.deepEqual(inputsOf(resources), DEFAULT_INPUTS);
        assert.equal(Object.keys(resources).length, 17);
    });

    it("gives each of 188 lifecycle rules an empty set of tags", async () => {
        const rules = rulesOf((await make()).resources);
        assert.equal(rules.length, 188);
        assert.deepEqual(rules[0], { id: "nar", filter: "nar/", expiration: "37d", tags: {} });
        assert.deepEqual(rules[1], { id: "hash-0", filter: "0", expiration: "30d", tags: {} });
    });

    it("puts every resource below a component of its own, and those below NixCache", async () => {
        const { resources } = await make();
        for (const [name, { options }] of Object.entries(resources)) {
            assert.equal(options.parent === undefined, name === "nix-cache:NixCache cache", name);
        }
    });

    it("marks the users' secrets, and no other input", async () => {
        const { resources } = await make({ builders: ["one", "two"] });
        const secret = Object.entries(resources).filter(([, { secrets }]) => secrets.length > 0);
        assert.deepEqual(
            secret.map(([name, { secrets }]) => [name, secrets]),
            [
                ["minio:IamUser cache-one", ["secret"]],
                ["minio:IamUser cache-two", ["secret"]],
            ],
        );
    });

    for (const protect of [true, false]) {
        it(`protects ${protect ? "the bucket and the keys alone" : "nothing when it is not to"}`, async () => {
            const { resources } = await make({ protect, keyGeneration: 2 });
            const guarded = Object.entries(resources).filter(([, { options }]) => options.protect === true);
            const expected = [
                "minio:S3Bucket cache-bucket",
                "random:RandomPassword cache-key-1",
                "random:RandomPassword cache-key-2",
            ];
            assert.deepEqual(guarded.map(([name]) => name).sort(), protect ? expected : []);
            // A bucket that is not protected goes with all that it holds.
            const bucket = resources["minio:S3Bucket cache-bucket"];
            assert.equal(bucket?.inputs.forceDestroy, !protect);
        });
    }

    it("lets no later change of the name make another key", async () => {
        const { resources } = await make();
        const ignoring = Object.entries(resources).filter(([, { options }]) => options.ignoreChanges);
        assert.deepEqual(
            ignoring.map(([name, { options }]) => [name, options.ignoreChanges]),
            [["random:RandomPassword cache-key-1", ["keepers"]]],
        );
    });

    it("imports the bucket when the server has it, and only then", async () => {
        const there = await make({ existing: { bucket: true, secrets: {} } });
        const imports = (resources: Readonly<Record<string, Recorded>>) =>
            Object.values(resources).flatMap(({ options }) => options.import ?? []);
        assert.deepEqual(imports(there.resources), ["nix-cache"]);
        assert.deepEqual(inputsOf(there.resources), DEFAULT_INPUTS);
        assert.deepEqual(imports((await make()).resources), []);
    });

    it("makes the page of what hosts are told, and declares it", async () => {
        const { made, resources } = await make({ keyGeneration: 2, caCertificate: CA });
        const page = usagePage(await value(made.hostConfig));
        assert.equal(resources[PAGE]?.inputs.content, page);
        const { objects, urns } = await value(made.declared);
        assert.deepEqual(
            objects.map(({ name }) => name),
            ["nix-cache-info", "usage.html"],
        );
        assert.equal(objects[1]?.content, page);
        assert.deepEqual(Object.keys(urns.objects), ["nix-cache-info", "usage.html"]);
    });

    it("derives the key from what the state keeps", async () => {
        const { made } = await make();
        const pair = signingKeyFromRandomText("s3.homelab.local-1", mockPassword("cache-key-1", 64));
        assert.equal(await value(made.publicKey), pair.publicKey);
        assert.equal(await value(made.secretKey), pair.secretKey);
    });
});
