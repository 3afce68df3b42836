import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheInfo } from "../../src/cache/cacheInfo.ts";
import { signingKeyFromSeed } from "../../src/cache/signingKey.ts";
import { nixCache } from "./cli.ts";
import { mc } from "./mc.ts";
import { anonymous, Bucket } from "./objects.ts";
import { objectsOf } from "./serverState.ts";
import { unwrapped } from "./unwrapped.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

describe("a bucket with objects, but without nix-cache-info", function () {
    this.timeout(1_800_000);

    it("becomes the cache when adopt names it, with all that it holds", async () => {
        const stack = await TestStack.open("adopted", { bucket: "adopted", builders: ["adopted-one"] });
        const admin = new Bucket(stack.minio.connection, "adopted");
        await admin.status("PUT", "");
        await admin.status("PUT", "nar/x.nar", "nar");
        const before = await objectsOf(stack.minio.connection, "adopted");

        const { errors } = await stack.upFails();
        assert.match(errors.join("\n"), /pulumi config set adopt adopted/);
        assert.deepEqual(await objectsOf(stack.minio.connection, "adopted"), before);

        await stack.up({ adopt: "adopted" });
        const after = await objectsOf(stack.minio.connection, "adopted");
        assert.deepEqual(Object.keys(after).sort(), ["nar/x.nar", "nix-cache-info", "usage.html"]);
        assert.equal(after["nar/x.nar"], before["nar/x.nar"]);
        await stack.mustBeQuiet();
    });
});

describe("a cache made by hand, as the original page makes it", function () {
    this.timeout(1_800_000);
    const BUCKET = "by-mc";
    const BUILDER = "by-mc-builder";
    const SECRET = "a-secret-made-by-hand";
    const KEY = signingKeyFromSeed("cache.example.org-1", Buffer.alloc(32, 7));
    let stack: TestStack;
    let push: Bucket;

    before(async () => {
        stack = await TestStack.open(BUCKET, { bucket: BUCKET, builders: [BUILDER] });
        push = new Bucket({ ...anonymous(stack), accessKey: BUILDER, secretKey: SECRET }, BUCKET);
        const policy = {
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Action: ["s3:PutObject", "s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"],
                    Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
                },
            ],
        };
        const policyFile = join(newFolder("policy"), "policy.json");
        writeFileSync(policyFile, JSON.stringify(policy));
        for (const [args, input] of [
            [["mb", `server/${BUCKET}`]],
            [["admin", "user", "add", "server", BUILDER, SECRET]],
            [["admin", "policy", "create", "server", "nix-cache-write", policyFile]],
            [["admin", "policy", "attach", "server", "nix-cache-write", "--user", BUILDER]],
            [["anonymous", "set", "download", `server/${BUCKET}`]],
            [["pipe", `server/${BUCKET}/nix-cache-info`], cacheInfo(40)],
            [["ilm", "rule", "add", "--expire-days", "30", `server/${BUCKET}`]],
        ] as const) {
            const { status, stdout, stderr } = await mc(stack, args, undefined, input);
            assert.equal(status, 0, `mc ${args.join(" ")}: ${stdout}${stderr}`);
        }
        assert.equal(await push.status("PUT", "nar/old.nar", "old"), 200);
    });

    it("is refused without its builder's secret, and left as it is", async () => {
        const { errors } = await stack.upFails();
        assert.match(errors.join("\n"), /the server has a user by-mc-builder that this stack did not make/);
        assert.equal(await push.status("PUT", "nar/old.nar", "old"), 200);
        assert.equal(
            (await objectsOf(stack.minio.connection, BUCKET))["nix-cache-info"] === undefined,
            false,
        );
    });

    it("becomes the stack's with the key and the secret that it has: hosts and builders need no change", async () => {
        const before = await objectsOf(stack.minio.connection, BUCKET);
        await stack.setSecret('nix-cache:signingKeys["1"]', KEY.secretKey);
        await stack.setSecret(`nix-cache:builderSecrets["${BUILDER}"]`, SECRET);
        await stack.up();
        const { publicKey, secretKey, builders } = await stack.outputs();
        assert.deepEqual([publicKey, secretKey], [KEY.publicKey, KEY.secretKey]);
        assert.deepEqual(builders, { [BUILDER]: { accessKey: BUILDER, secretKey: SECRET } });
        const after = await objectsOf(stack.minio.connection, BUCKET);
        assert.equal(after["nar/old.nar"], before["nar/old.nar"]);
        assert.equal(await push.status("PUT", "nar/new.nar", "new"), 200);
        assert.equal(await push.status("PUT", "nix-cache-info", "mine"), 403);
    });

    it("is then as the stack declares it, once the policy by hand is taken away", async () => {
        const seen = await nixCache(stack, ["drift"]);
        assert.match(
            unwrapped(seen.stdout),
            /^user by-mc-builder: policy nix-cache-write is attached too, should be by-mc-write alone\n\n/,
        );
        assert.equal((await nixCache(stack, ["heal", "--yes"])).status, 0);
        assert.equal((await nixCache(stack, ["drift"])).status, 0);
        assert.equal(await push.status("PUT", "nar/newer.nar", "newer"), 200);
        await stack.mustBeQuiet();
    });
});
