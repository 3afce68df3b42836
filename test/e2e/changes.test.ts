import assert from "node:assert/strict";
import { cacheInfo } from "../../src/cache/cacheInfo.ts";
import type { LiveBucket } from "../../src/cache/live.ts";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { anonymous, Bucket, builder } from "./objects.ts";
import { TestStack, type Config } from "./testStack.ts";

const PAGE = "updated S3Object nix-cache-usage";
const RULES = "IlmPolicy nix-cache-expiry";
const ANONYMOUS = "updated S3BucketPolicy nix-cache-bucket-anonymous";

/** What makes a builder, and what goes with it. */
const builderParts = (what: string, name: string) =>
    [
        `${what} RandomPassword nix-cache-${name}-secret`,
        `${what} IamUser nix-cache-${name}`,
        `${what} IamUserPolicyAttachment nix-cache-${name}-write`,
    ].sort();

describe("a change of the configuration", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let cache: Bucket;

    const live = async (): Promise<LiveBucket> =>
        (await readSnapshot(stack.minio.connection, "changes")).bucket!;
    const days = async (prefix: string) =>
        (await live()).rules.find((rule) => rule.prefix === prefix)?.days ?? "none";

    before(async () => {
        stack = await TestStack.open("changes", { bucket: "changes", builders: ["changes-one"] });
        await stack.up();
        cache = new Bucket(anonymous(stack), "changes");
    });

    /** The configuration, what is done to which resources, and what must hold on the server then. */
    const CHANGES: [Config, string[], holds: () => Promise<void>][] = [
        [
            { priority: 5 },
            ["updated S3Object nix-cache-info", PAGE],
            async () => assert.equal(await cache.read("nix-cache-info"), cacheInfo(5)),
        ],
        [
            { expireDays: 60 },
            [`updated ${RULES}`, PAGE],
            async () => assert.deepEqual([await days("0"), await days("nar/")], [60, 67]),
        ],
        [
            { narGraceDays: 0 },
            [`updated ${RULES}`, PAGE],
            async () => assert.deepEqual([await days("0"), await days("nar/")], [60, 60]),
        ],
        [
            { expireDays: 0 },
            [`deleted ${RULES}`, PAGE],
            async () => assert.deepEqual((await live()).rules, []),
        ],
        [
            { expireDays: 30, narGraceDays: null },
            [`created ${RULES}`, PAGE],
            async () => assert.deepEqual([await days("0"), await days("nar/")], [30, 37]),
        ],
        [
            { anonymousListing: false },
            [ANONYMOUS],
            async () => assert.equal(await cache.status("GET", ""), 403),
        ],
        [
            { anonymousListing: null },
            [ANONYMOUS],
            async () => assert.equal(await cache.status("GET", ""), 200),
        ],
        [
            { builders: ["changes-one", "changes-two"] },
            builderParts("created", "changes-two"),
            async () => {
                for (const name of ["changes-one", "changes-two"]) {
                    const asBuilder = new Bucket(await builder(stack, name), "changes");
                    assert.equal(await asBuilder.status("PUT", `log/${name}`, "text"), 200, name);
                }
            },
        ],
        [
            { builders: ["changes-two"] },
            [...builderParts("deleted", "changes-one"), PAGE],
            async () => {
                const { users } = await readSnapshot(stack.minio.connection, "changes");
                assert.equal(users["changes-one"], undefined);
                const { storeUri } = await stack.outputs();
                assert.match(String(storeUri), /&profile=changes-two$/);
            },
        ],
        [
            { protect: false },
            // A bucket that may go goes with its objects: its own setting changes too.
            ["updated S3Bucket nix-cache-bucket"],
            async () => assert.equal(await cache.read("nix-cache-info"), cacheInfo(5)),
        ],
        [
            { protect: true },
            ["updated S3Bucket nix-cache-bucket"],
            async () => assert.equal(await cache.status("GET", ""), 200),
        ],
        [
            { endpoint: "https://cache.example.org" },
            [PAGE],
            async () => {
                const { substituter } = await stack.outputs();
                assert.equal(substituter, "https://cache.example.org/changes");
            },
        ],
    ];

    for (const [config, expected, holds] of CHANGES) {
        it(`${JSON.stringify(config)} does what it should, and is quiet then`, async () => {
            assert.deepEqual((await stack.up(config)).done, expected);
            await holds();
            await stack.mustBeQuiet();
        });
    }

    it("is refused where it would take a protected bucket away, and that changes nothing", async () => {
        const before = await stack.resources();
        const { errors } = await stack.upFails({ bucket: "changes-moved" });
        assert.deepEqual(errors, [
            "this stack's cache is in the bucket changes, which is protected, so it cannot move to changes-moved: set bucket back, and make a stack of its own for another cache (pulumi stack init)",
        ]);
        assert.deepEqual(await stack.resources(), before);
        stack.configure({ bucket: "changes" });
        await stack.mustBeQuiet();
    });

    it("is refused where it would take an unprotected bucket away with what it holds", async () => {
        await stack.up({ protect: false });
        const { errors } = await stack.upFails({ bucket: "changes-moved" });
        assert.match(
            errors.join("\n"),
            /^this stack's cache is in the bucket changes, which holds objects that a move to changes-moved would delete: .+, has commands that keep them$/,
        );
        assert.equal(await cache.status("HEAD", "log/changes-two"), 200);

        // Once they are gone, by hand, it moves.
        const admin = new Bucket(stack.minio.connection, "changes");
        for (const name of ["one", "two"])
            assert.equal(await admin.status("DELETE", `log/changes-${name}`), 204);
        await stack.up();
        assert.equal(await admin.status("HEAD", ""), 404);
        const moved = new Bucket(anonymous(stack), "changes-moved");
        assert.equal(await moved.status("GET", "nix-cache-info"), 200);
        await stack.mustBeQuiet();
    });
});

describe("a change by hand", function () {
    this.timeout(1_800_000);

    it("of nix-cache-info is seen by a preview with refresh, and undone by up", async () => {
        const stack = await TestStack.open("by-hand", { bucket: "by-hand", builders: ["by-hand-one"] });
        await stack.up();
        const admin = new Bucket(stack.minio.connection, "by-hand");
        // Of the same length, and of the type that it had.
        const headers = { "Content-Type": "text/x-nix-cache-info" };
        await admin.request("PUT", "nix-cache-info", { headers, body: cacheInfo(41) });
        await assert.rejects(stack.mustBeQuiet(), /no changes were expected/);
        await stack.up({}, { refresh: true });
        assert.equal(await admin.read("nix-cache-info"), cacheInfo(40));
        await stack.mustBeQuiet();
    });
});
