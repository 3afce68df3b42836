import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NixCache, type NixCacheArgs } from "../../../components/nixCache.ts";
import { projectDir } from "../../../sandbox/paths.ts";
import { declare } from "../../../src/cache/declared.ts";
import { completeSettings } from "../../../src/cache/settings.ts";
import { record, value } from "../components/recorded.ts";

/** What makes a part of the declaration, and where it may be named: where it is made, and where it is used. */
const MAKERS: Record<string, string> = {
    anonymousPolicy: "src/cache/policies.ts",
    builderPolicy: "src/cache/policies.ts",
    expiryRules: "src/cache/expiryRules.ts",
    cacheInfo: "src/cache/cacheInfo.ts",
    CACHE_INFO_TYPE: "src/cache/managedObjects.ts",
    USAGE_PAGE_TYPE: "src/cache/managedObjects.ts",
};

/** Settings without a pattern, the same in every run. */
function someArgs(seed: number): NixCacheArgs {
    const below = (count: number, step: number) => (seed * 7919 + step * 104_729) % count;
    return {
        endpoint: `https://s3-${below(99, 0)}.lan`,
        bucket: `bucket-${below(99, 1)}`,
        builders: ["one", "two", "three"].slice(0, 1 + below(3, 2)),
        keyGeneration: 1 + below(4, 3),
        expireDays: below(3, 4) * 30,
        narGraceDays: below(9, 5),
        priority: below(50, 6),
        anonymousListing: below(2, 7) === 0,
        protect: below(2, 8) === 0,
    };
}

describe("the declaration", () => {
    for (let seed = 0; seed < 12; seed += 1) {
        it(`is what the resources are made of, and the output declared (settings ${seed})`, async () => {
            const args = someArgs(seed);
            const wanted = declare(completeSettings(args));
            const { made, resources } = await record((opts) => new NixCache("c", args, opts));
            const inputs = (name: string) => resources[name]?.inputs ?? {};
            const { objects, builders, version, urns, ...others } = await value(made.declared);

            const { cacheInfo, usagePage, firstKeyName, builders: names, pins, pinners, ...same } = wanted;
            assert.deepEqual([pins, pinners], [[], []]);
            assert.deepEqual(others, same);
            assert.equal(version, 1);
            assert.deepEqual(Object.keys(builders), names);
            assert.deepEqual(objects[0], cacheInfo);
            assert.deepEqual({ ...usagePage, content: objects[1]?.content }, objects[1]);
            assert.deepEqual(Object.keys(urns.objects), [cacheInfo.name, usagePage.name]);

            assert.equal(inputs("minio:S3Bucket c-bucket").bucket, same.bucket);
            const anonymous = inputs("minio:S3BucketPolicy c-bucket-anonymous").policy;
            assert.equal(anonymous, JSON.stringify(same.anonymousPolicy));
            const { name, policy } = inputs("minio:IamPolicy c-write");
            assert.deepEqual(
                [name, policy],
                [same.writePolicy.name, JSON.stringify(same.writePolicy.document)],
            );
            const rules = (inputs("minio:IlmPolicy c-expiry").rules ?? []) as Record<string, unknown>[];
            assert.deepEqual(
                rules.map(({ id, filter, expiration }) => [id, filter, expiration]),
                same.rules.map(({ id, prefix, days }) => [id, prefix, `${days}d`]),
            );
            for (const [resource, object] of [
                ["minio:S3Object c-info", cacheInfo],
                ["minio:S3Object c-usage", objects[1]],
            ] as const) {
                const { objectName, content, contentType } = inputs(resource);
                assert.deepEqual({ name: objectName, content, contentType }, object);
            }
            for (const user of names) assert.equal(inputs(`minio:IamUser c-${user}`).name, user);
            for (const generation of same.generations) {
                const { keepers } = inputs(`random:RandomPassword c-key-${generation}`);
                assert.deepEqual(keepers, { keyName: firstKeyName });
            }
        });
    }

    it("is the only place that makes a policy, a rule, an object or its type", () => {
        const files = ["components", "src"].flatMap((folder) =>
            readdirSync(join(projectDir, folder), { recursive: true, encoding: "utf8" })
                .filter((file) => file.endsWith(".ts"))
                .map((file) => join(folder, file)),
        );
        const text = (file: string) => readFileSync(join(projectDir, file), "utf8");
        for (const [maker, home] of Object.entries(MAKERS)) {
            const imported = new RegExp(`import \\{[^}]*\\b${maker}\\b[^}]*\\} from`);
            const users = ["index.ts", ...files].filter((file) => imported.test(text(file)));
            assert.ok(text(home).includes(maker), home);
            assert.deepEqual(users, ["src/cache/declared.ts"], maker);
        }
        // The write policy's name is made of the bucket's.
        const naming = files.filter((file) => text(file).includes("bucket}-write"));
        assert.deepEqual(naming, ["src/cache/declared.ts"]);
    });
});
