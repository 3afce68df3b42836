import assert from "node:assert/strict";
import { MANAGED_OBJECTS } from "../../src/cache/managedObjects.ts";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { anonymous, Bucket, builder } from "./objects.ts";
import { TestStack } from "./testStack.ts";

const KEPT = [
    "minio:index/s3Bucket:S3Bucket",
    "nix-cache:index:CacheBucket",
    "nix-cache:index:NixCache",
    "nix-cache:index:SigningKeys",
    "random:index/randomPassword:RandomPassword",
];

describe("taking a protected stack down", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let publicKey: unknown;
    const snapshot = () => readSnapshot(stack.minio.connection, "teardown");
    const cache = () => new Bucket(anonymous(stack), "teardown");

    before(async () => {
        stack = await TestStack.open("teardown", { bucket: "teardown", builders: ["teardown-one"] });
        await stack.up();
        ({ publicKey } = await stack.outputs());
        const asBuilder = new Bucket(await builder(stack, "teardown-one"), "teardown");
        assert.equal(await asBuilder.status("PUT", "nar/old.nar", "old"), 200);
    });

    const bucketAndKey = async () => {
        const types = (await stack.resources())
            .filter(({ type, protect }) => protect === true && !type.startsWith("pulumi:"))
            .map(({ type }) => type);
        return types.sort();
    };

    it("is refused for the bucket and the key by a destroy without a preview", async () => {
        const { failed, text } = await stack.destroy();
        assert.ok(failed);
        for (const name of ["S3Bucket::nix-cache-bucket", "RandomPassword::nix-cache-key-1"]) {
            assert.ok(text.includes(`${name}" cannot be deleted\n    because it is protected`), name);
        }
        assert.deepEqual(await bucketAndKey(), [KEPT[0], KEPT[4]]);
        const admin = new Bucket(stack.minio.connection, "teardown");
        assert.equal(await admin.read("nar/old.nar"), "old");
    });

    it("is put right by an up: old objects, old key", async () => {
        await stack.up();
        assert.equal((await stack.outputs()).publicKey, publicKey);
        assert.equal(await cache().read("nar/old.nar"), "old");
        await stack.mustBeQuiet();
    });

    it("leaves nothing but the bucket and the key with --exclude-protected", async () => {
        const { failed, text } = await stack.destroy({ excludeProtected: true });
        assert.ok(!failed, text);
        const types = (await stack.resources()).map(({ type }) => type);
        assert.deepEqual(types.filter((type) => !type.startsWith("pulumi:")).sort(), KEPT);

        const { users, policies, bucket } = await snapshot();
        assert.equal(users["teardown-one"], undefined);
        assert.equal(policies["teardown-write"], undefined);
        assert.deepEqual([bucket?.policy, bucket?.rules], [undefined, []]);
        assert.equal(await cache().status("GET", "nar/old.nar"), 403);
        const admin = new Bucket(stack.minio.connection, "teardown");
        assert.deepEqual(await admin.list(), ["nar/old.nar"]);
    });

    it("is followed by an up that serves the old objects under the old key", async () => {
        await stack.up();
        assert.equal((await stack.outputs()).publicKey, publicKey);
        assert.equal(await cache().read("nar/old.nar"), "old");
        const asBuilder = new Bucket(await builder(stack, "teardown-one"), "teardown");
        assert.equal(await asBuilder.status("PUT", "nar/new.nar", "new"), 200);
        await stack.mustBeQuiet();
    });

    it("leaves nothing at all on the server once protect is off", async () => {
        await stack.up({ protect: false });
        let { failed, text } = await stack.destroy();
        // Now and then the provider ends as it removes a bucket; docs/operating.md says what is to be done.
        if (text.includes("exited prematurely")) ({ failed, text } = await stack.destroy({ refresh: true }));
        assert.ok(!failed, text);
        const { users, policies, bucket } = await snapshot();
        assert.equal(bucket, undefined);
        assert.equal(users["teardown-one"], undefined);
        assert.equal(policies["teardown-write"], undefined);
        assert.deepEqual(await stack.resources(), []);
    });

    it("is followed by an up that makes a new cache with a new key", async () => {
        await stack.up();
        assert.notEqual((await stack.outputs()).publicKey, publicKey);
        assert.deepEqual((await cache().list()).sort(), [...MANAGED_OBJECTS].sort());
    });
});
