import assert from "node:assert/strict";
import { cacheInfo } from "../../src/cache/cacheInfo.ts";
import type { LiveUser } from "../../src/cache/live.ts";
import { MANAGED_OBJECTS } from "../../src/cache/managedObjects.ts";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { mc } from "./mc.ts";
import { anonymous, Bucket } from "./objects.ts";
import { serverState } from "./serverState.ts";
import { TestStack } from "./testStack.ts";

describe("a user of that name that the stack did not make", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    const user = async (): Promise<LiveUser | undefined> =>
        (await readSnapshot(stack.minio.connection, "foreign-user")).users.somebody;

    before(async () => {
        stack = await TestStack.open("foreign-user", { bucket: "foreign-user", builders: ["somebody"] });
        const added = await mc(stack, ["admin", "user", "add", "server", "somebody", "somebodys-own-secret"]);
        assert.equal(added.status, 0, added.stderr);
    });

    for (const what of ["preview", "up"] as const) {
        it(`is refused by ${what} in one line and left as it is`, async () => {
            const outcome = what === "up" ? await stack.upFails() : await stack.previewFails();
            assert.match(
                outcome.errors.join("\n"),
                /^.*the server has a user somebody that this stack did not make, and it is left as it is: take another name in builders, or remove that user.*$/m,
            );
            assert.deepEqual(await user(), {
                secretKey: "somebodys-own-secret",
                enabled: true,
                policies: [],
                groups: [],
                serviceAccounts: [],
            });
        });
    }

    it("is in nobody's way once it is gone", async () => {
        assert.equal((await mc(stack, ["admin", "user", "rm", "server", "somebody"])).status, 0);
        await stack.up();
        assert.deepEqual((await user())?.policies, ["foreign-user-write"]);
        await stack.mustBeQuiet();
    });
});

describe("a bucket of that name that the stack did not make", function () {
    this.timeout(1_800_000);

    it("is refused in one line and left as it is when it holds something else", async () => {
        const stack = await TestStack.open("foreign", { bucket: "foreign", builders: ["foreign-one"] });
        const admin = new Bucket(stack.minio.connection, "foreign");
        await admin.status("PUT", "");
        await admin.status("PUT", "holiday.jpg", "picture");
        const { errors } = await stack.upFails();
        assert.equal(errors.length, 1);
        assert.match(
            errors[0] ?? "",
            /^the server has a bucket foreign that holds objects but no nix-cache-info, so it is not taken over: .+, pulumi config set adopt foreign$/,
        );
        assert.equal(await new Bucket(anonymous(stack), "foreign").status("GET", "holiday.jpg"), 403);
        const { bucket, users } = await readSnapshot(stack.minio.connection, "foreign");
        assert.deepEqual([bucket?.policy, bucket?.rules], [undefined, []]);
        assert.equal(users["foreign-one"], undefined);
        const made = (await stack.resources()).filter(({ type }) => !type.startsWith("pulumi:"));
        assert.deepEqual(made, []);
    });

    for (const [title, name, objects] of [
        ["is empty", "empty", {}],
        ["is a Nix cache", "taken-over", { "nix-cache-info": cacheInfo(30), "nar/x.nar": "nar" }],
    ] as const) {
        it(`becomes the stack's own when it ${title}`, async () => {
            const stack = await TestStack.open(name, { bucket: name, builders: [`${name}-one`] });
            const admin = new Bucket(stack.minio.connection, name);
            await admin.status("PUT", "");
            for (const [key, text] of Object.entries(objects)) await admin.status("PUT", key, text);
            await stack.up();
            const cache = new Bucket(anonymous(stack), name);
            const expected = new Set([...Object.keys(objects), ...MANAGED_OBJECTS]);
            assert.deepEqual(new Set(await cache.list()), expected);
            assert.equal(await cache.read("nix-cache-info"), cacheInfo(40));
            await stack.mustBeQuiet();
        });
    }

    it("is refused when it is another stack's cache, unless adopt names it", async () => {
        const settings = { bucket: "anothers", protect: false };
        const first = await TestStack.open("anothers", { ...settings, builders: ["anothers-one"] });
        await first.up();
        const before = await serverState(first.minio.connection, "anothers");
        const second = await TestStack.open("newcomer", { ...settings, builders: ["newcomer-one"] });
        const { errors } = await second.upFails();
        assert.match(
            errors.join("\n"),
            /^the bucket anothers is a cache to which anothers-one may push, and this stack is new: .+, pulumi config set adopt anothers$/,
        );
        assert.deepEqual(await serverState(first.minio.connection, "anothers"), before);
        await first.mustBeQuiet();

        await first.destroy();
        await second.up();
        await second.mustBeQuiet();
    });
});
