import assert from "node:assert/strict";
import { cacheInfo } from "../../cache/cacheInfo.ts";
import type { LiveBucket } from "../../cache/live.ts";
import { readSnapshot } from "../../server/snapshot.ts";
import { anonymous, Bucket, builder } from "./objects.ts";
import { TestStack, type Config, type Outcome } from "./testStack.ts";

/** What was done to how many resources, without what was only looked at. */
function done({ changes }: Outcome): Record<string, number> {
    return Object.fromEntries(Object.entries(changes).filter(([what]) => what !== "same" && what !== "read"));
}

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

    /** The configuration, what it makes of how many resources, and what must hold on the server then. */
    const CHANGES: [Config, Record<string, number>, holds: () => Promise<void>][] = [
        [
            { priority: 5 },
            { update: 1 },
            async () => assert.equal(await cache.read("nix-cache-info"), cacheInfo(5)),
        ],
        [
            { expireDays: 60 },
            { update: 1 },
            async () => assert.deepEqual([await days("0"), await days("nar/")], [60, 67]),
        ],
        [
            { narGraceDays: 0 },
            { update: 1 },
            async () => assert.deepEqual([await days("0"), await days("nar/")], [60, 60]),
        ],
        [
            { expireDays: 0 },
            // The component stays, with nothing in it.
            { delete: 1 },
            async () => assert.deepEqual((await live()).rules, []),
        ],
        [
            { expireDays: 30, narGraceDays: null },
            { create: 1 },
            async () => assert.deepEqual([await days("0"), await days("nar/")], [30, 37]),
        ],
        [
            { anonymousListing: false },
            { update: 1 },
            async () => assert.equal(await cache.status("GET", ""), 403),
        ],
        [
            { anonymousListing: null },
            { update: 1 },
            async () => assert.equal(await cache.status("GET", ""), 200),
        ],
        [
            { builders: ["changes-one", "changes-two"] },
            // A component, a secret, a user and its policy.
            { create: 4 },
            async () => {
                for (const name of ["changes-one", "changes-two"]) {
                    const asBuilder = new Bucket(await builder(stack, name), "changes");
                    assert.equal(await asBuilder.status("PUT", `log/${name}`, "text"), 200, name);
                }
            },
        ],
        [
            { builders: ["changes-two"] },
            { delete: 4 },
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
            { update: 1 },
            async () => assert.equal(await cache.read("nix-cache-info"), cacheInfo(5)),
        ],
        [{ protect: true }, { update: 1 }, async () => assert.equal(await cache.status("GET", ""), 200)],
        [
            { endpoint: "https://cache.example.org" },
            {},
            async () => {
                const { substituter } = await stack.outputs();
                assert.equal(substituter, "https://cache.example.org/changes");
            },
        ],
    ];

    for (const [config, expected, holds] of CHANGES) {
        it(`${JSON.stringify(config)} does what it should, and is quiet then`, async () => {
            assert.deepEqual(done(await stack.up(config)), expected);
            await holds();
            await stack.mustBeQuiet();
        });
    }

    it("is refused where it would take a protected bucket away, and that changes nothing", async () => {
        const before = await stack.resources();
        const { errors } = await stack.upFails({ bucket: "changes-moved" });
        assert.deepEqual(errors, [
            "this stack's cache is in the bucket changes, which is protected, so it cannot move to changes-moved: set bucket back, and make a stack of its own for another cache (pulumi stack init). Nothing has been changed.",
        ]);
        assert.deepEqual(await stack.resources(), before);
        stack.configure({ bucket: "changes" });
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
