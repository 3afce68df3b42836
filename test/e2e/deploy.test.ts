import assert from "node:assert/strict";
import { cacheInfo } from "../../src/cache/cacheInfo.ts";
import { expiryRules } from "../../src/cache/expiryRules.ts";
import { anonymousPolicy, builderPolicy } from "../../src/cache/policies.ts";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { mc } from "./mc.ts";
import { anonymous, Bucket } from "./objects.ts";
import { defaultStack } from "./shared.ts";
import type { TestStack } from "./testStack.ts";

describe("pulumi up from nothing, with the defaults", function () {
    this.timeout(1_800_000);
    let stack: TestStack;

    before(async () => {
        ({ stack } = await defaultStack());
    });

    it("only creates", async () => {
        const { changes } = (await defaultStack()).first;
        const { create, read = 0, ...others } = changes;
        assert.deepEqual(others, {});
        assert.ok((create ?? 0) > 15 && read < 2, JSON.stringify(changes));
    });

    it("is followed by a preview with refresh that proposes nothing", () => stack.mustBeQuiet());

    it("is followed by another up that changes nothing", async () => {
        const { changes } = await stack.up();
        const { same, read, ...others } = changes;
        assert.deepEqual(others, {});
        assert.ok((same ?? 0) + (read ?? 0) > 15);
    });

    it("makes the bucket, without versions, and the rules, the policies and the user", async () => {
        const { before, after } = await defaultStack();
        const { users, policies, groups, bucket } = after;
        assert.equal(bucket?.versioning, "off");
        assert.equal(bucket.objectLocking, false);
        assert.equal(bucket.quota, 0);
        assert.deepEqual(bucket.others, []);
        assert.deepEqual(
            new Set(bucket.rules.map(({ id, prefix, days }) => `${id} ${prefix} ${days ?? "no"}`)),
            new Set(expiryRules(30, 7).map(({ id, prefix, days }) => `${id} ${prefix} ${days}`)),
        );
        assert.ok(bucket.rules.every(({ enabled, other }) => enabled && other.length === 0));
        assert.deepEqual(statements(bucket.policy), statements(anonymousPolicy("nix-cache", true)));
        assert.deepEqual(statements(policies["nix-cache-write"]), statements(builderPolicy("nix-cache")));
        assert.equal(before.bucket, undefined);
        assert.deepEqual(added(before.users, users), ["nixbuilder"]);
        assert.deepEqual(added(before.policies, policies), ["nix-cache-write"]);
        const { secretKey, ...user } = users.nixbuilder!;
        assert.match(secretKey, /^[0-9A-Za-z]{32}$/);
        assert.deepEqual(user, {
            enabled: true,
            policies: ["nix-cache-write"],
            groups: [],
            serviceAccounts: [],
        });
        assert.deepEqual(groups, before.groups);
    });

    it("lets anybody download, in the words of mc anonymous get", async () => {
        const { stdout } = await mc(stack, ["--json", "anonymous", "get", "server/nix-cache"]);
        assert.equal((JSON.parse(stdout) as { permission: string }).permission, "download");
    });

    it("makes nix-cache-info, for anybody to read", async () => {
        const answer = await new Bucket(anonymous(stack), "nix-cache").request("GET", "nix-cache-info");
        assert.equal(answer.status, 200);
        assert.equal(answer.body.toString(), cacheInfo(40));
        assert.equal(answer.headers["content-type"], "text/x-nix-cache-info");
    });

    it("says how to use it", async () => {
        const outputs = await stack.outputs();
        const { url, ca } = stack.minio.connection;
        const publicKey = String(outputs.publicKey);
        assert.match(publicKey, /^127\.0\.0\.1-1:[0-9A-Za-z+/]{43}=$/);
        assert.deepEqual(outputs.trustedPublicKeys, [publicKey]);
        assert.equal(outputs.substituter, `${url}/nix-cache`);
        const storeUri = `s3://nix-cache?endpoint=${url}&region=us-east-1&profile=nixbuilder`;
        assert.equal(outputs.storeUri, storeUri);
        const { caCertificate, builders } = outputs.hostConfig as Record<string, unknown>;
        assert.equal(caCertificate, ca);
        assert.deepEqual(builders, ["nixbuilder"]);
        const { users } = await readSnapshot(stack.minio.connection, "nix-cache");
        const { secretKey } = users.nixbuilder!;
        assert.deepEqual(outputs.builders, { nixbuilder: { accessKey: "nixbuilder", secretKey } });
    });
});

/** Names that are new. */
function added(before: object, now: object): string[] {
    return Object.keys(now).filter((name) => !(name in before));
}

/** A policy's statements, whatever the order in which MinIO gives them and their lists. */
function statements(policy: unknown): Set<string> {
    const { Statement } = policy as { Statement: Record<string, unknown>[] };
    const sorted = (value: unknown): unknown => {
        if (Array.isArray(value)) return value.map(sorted).sort();
        if (typeof value !== "object" || value === null) return value;
        return Object.entries(value)
            .sort()
            .map(([key, inner]) => [key, sorted(inner)]);
    };
    return new Set(Statement.map((statement) => JSON.stringify(sorted(statement))));
}
