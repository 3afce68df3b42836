import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Connection } from "../../src/s3/connection.ts";
import { mc } from "./mc.ts";
import { anonymous, Bucket, builder } from "./objects.ts";
import { defaultStack } from "./shared.ts";
import { TestStack } from "./testStack.ts";

const HASH = "0123456789abcdfghijklmnpqrsvwxyz";

describe("a builder", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let credentials: Connection;
    let cache: Bucket;
    let admin: Bucket;

    before(async () => {
        ({ stack } = await defaultStack());
        credentials = await builder(stack, "nixbuilder");
        cache = new Bucket(credentials, "nix-cache");
        admin = new Bucket(stack.minio.connection, "nix-cache");
    });

    for (const key of [
        `nar/${HASH}.nar.xz`,
        `${HASH}.narinfo`,
        `${HASH}.ls`,
        "log/x.drv",
        "realisations/x",
    ]) {
        it(`can write, overwrite and read ${key}`, async () => {
            assert.equal(await cache.status("PUT", key, "one"), 200);
            assert.equal(await cache.status("PUT", key, "two"), 200);
            assert.equal((await cache.request("GET", key)).body.toString(), "two");
        });

        it(`cannot delete ${key}`, async () => {
            await admin.status("PUT", key, "it is there");
            assert.equal(await cache.status("DELETE", key), 403);
            assert.equal(await cache.status("HEAD", key), 200);
        });
    }

    it("can list, and ask for the bucket's location", async () => {
        assert.equal((await cache.request("GET", "", { query: { "list-type": "2" } })).status, 200);
        assert.equal((await cache.request("GET", "", { query: { location: "" } })).status, 200);
    });

    it("can upload in parts, and give an upload up", async () => {
        const begun = await cache.request("POST", "nar/parts", { query: { uploads: "" }, body: "" });
        const uploadId = /<UploadId>([^<]+)</.exec(begun.body.toString())?.[1] ?? "";
        const part = { query: { uploadId, partNumber: "1" }, body: "part" };
        assert.equal((await cache.request("PUT", "nar/parts", part)).status, 200);
        assert.equal((await cache.request("GET", "nar/parts", { query: { uploadId } })).status, 200);
        assert.equal((await cache.request("DELETE", "nar/parts", { query: { uploadId } })).status, 204);
    });

    for (const key of ["nix-cache-info", "usage.html"]) {
        it(`cannot write ${key}, in one piece or in parts, nor delete it`, async () => {
            const before = await admin.read(key);
            assert.equal(await cache.status("PUT", key, "mine"), 403);
            const parts = await cache.request("POST", key, { query: { uploads: "" }, body: "" });
            assert.equal(parts.status, 403);
            assert.equal(await cache.status("DELETE", key), 403);
            assert.equal(await admin.read(key), before);
        });

        it(`cannot write ${key} by a copy of another object`, async () => {
            await cache.status("PUT", "log/page", "mine");
            const headers = { "x-amz-copy-source": "/nix-cache/log/page" };
            assert.equal((await cache.request("PUT", key, { headers, body: "" })).status, 403);
        });
    }

    it("cannot touch another bucket, nor make one", async () => {
        const other = new Bucket(stack.minio.connection, "not-the-cache");
        assert.equal(await other.status("PUT", ""), 200);
        await other.status("PUT", "private", "secret");
        const asBuilder = new Bucket(credentials, "not-the-cache");
        assert.equal(await asBuilder.status("GET", "private"), 403);
        assert.equal(await asBuilder.status("PUT", "private", "mine"), 403);
        assert.equal(await asBuilder.status("GET", ""), 403);
        assert.equal(await new Bucket(credentials, "new-bucket").status("PUT", ""), 403);
    });

    it("cannot change the bucket's policy, expiry or versions, nor remove it", async () => {
        for (const [setting, body] of [
            ["policy", JSON.stringify({ Version: "2012-10-17", Statement: [] })],
            ["lifecycle", "<LifecycleConfiguration></LifecycleConfiguration>"],
            ["versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"],
        ] as const) {
            const headers = { "Content-MD5": createHash("md5").update(body).digest("base64") };
            const { status } = await cache.request("PUT", "", { query: { [setting]: "" }, headers, body });
            assert.equal(status, 403, setting);
        }
        assert.equal(await cache.status("DELETE", ""), 403);
    });

    it("cannot make a service account, whose key would outlive the builder's own", async () => {
        const made = await mc(stack, ["admin", "accesskey", "create", "server"], credentials);
        assert.notEqual(made.status, 0);
        assert.match(made.stdout + made.stderr, /Access Denied/);
        const old = ["admin", "user", "svcacct", "add", "server", "nixbuilder"];
        const added = await mc(stack, old, credentials);
        assert.notEqual(added.status, 0);
        assert.match(added.stdout + added.stderr, /Access Denied/);
        // The administrator can: it is the builder's policy that refused, not the server.
        const admins = await mc(stack, old);
        assert.equal(admins.status, 0, admins.stderr);
        const accessKey = /Access Key: (\S+)/.exec(admins.stdout)?.[1] ?? "";
        assert.equal((await mc(stack, ["admin", "user", "svcacct", "rm", "server", accessKey])).status, 0);
    });

    it("cannot administer the server", async () => {
        const { status, stdout, stderr } = await mc(stack, ["admin", "user", "list", "server"], credentials);
        assert.notEqual(status, 0);
        assert.match(stdout + stderr, /Access Denied/);
    });
});

describe("anybody", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let cache: Bucket;

    before(async () => {
        ({ stack } = await defaultStack());
        cache = new Bucket(anonymous(stack), "nix-cache");
        await new Bucket(stack.minio.connection, "nix-cache").status("PUT", `${HASH}.narinfo`, "text");
    });

    it("can read and list, and is told what is missing", async () => {
        assert.equal((await cache.request("GET", `${HASH}.narinfo`)).body.toString(), "text");
        assert.ok((await cache.list()).includes("nix-cache-info"));
        assert.equal(await cache.status("GET", `${HASH.replace("0", "1")}.narinfo`), 404);
    });

    it("cannot write or delete", async () => {
        assert.equal(await cache.status("PUT", `${HASH}.narinfo`, "mine"), 403);
        assert.equal(await cache.status("PUT", "new", "mine"), 403);
        assert.equal(await cache.status("PUT", "nix-cache-info", "mine"), 403);
        assert.equal(await cache.status("DELETE", `${HASH}.narinfo`), 403);
        assert.equal((await cache.request("GET", `${HASH}.narinfo`)).body.toString(), "text");
    });

    it("cannot list the server's buckets", async () => {
        const { url, ca } = stack.minio.connection;
        assert.equal(await new Bucket({ url, ca }, "").status("GET", ""), 403);
    });
});

describe("anybody, with anonymousListing off", function () {
    this.timeout(1_800_000);

    it("can read and not list", async () => {
        const config = { bucket: "unlisted", builders: ["unlisted-builder"], anonymousListing: false };
        const stack = await TestStack.open("unlisted", config);
        await stack.up();
        const cache = new Bucket(anonymous(stack), "unlisted");
        assert.equal(await cache.status("GET", "nix-cache-info"), 200);
        assert.equal(await cache.status("GET", ""), 403);
        // As Nix needs it: what is missing is a miss, though Amazon's S3 answers 403 here.
        assert.equal(await cache.status("GET", `${HASH}.narinfo`), 404);
        assert.equal(await cache.status("HEAD", `${HASH}.narinfo`), 404);
        assert.equal(await cache.status("PUT", "new", "mine"), 403);
        await stack.mustBeQuiet();
        await stack.up({ anonymousListing: true });
        assert.equal(await cache.status("GET", ""), 200);
        await stack.mustBeQuiet();
    });
});
