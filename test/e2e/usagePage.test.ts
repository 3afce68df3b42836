import assert from "node:assert/strict";
import type { Declared } from "../../src/cache/declared.ts";
import type { HostConfig } from "../../src/hosts/hostConfig.ts";
import { usagePage } from "../../src/hosts/page/usagePage.ts";
import { nixCache } from "./cli.ts";
import { anonymous, Bucket, builder } from "./objects.ts";
import { unwrapped } from "./unwrapped.ts";
import { TestStack } from "./testStack.ts";

const PAGE = "usage.html";

describe("the page in the cache", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let anybody: Bucket;
    let admin: Bucket;

    const config = async () => (await stack.outputs()).hostConfig as HostConfig;

    before(async () => {
        stack = await TestStack.open("page", { bucket: "page", builders: ["page-builder"] });
        await stack.up();
        anybody = new Bucket(anonymous(stack), "page");
        admin = new Bucket(stack.minio.connection, "page");
    });

    it("is there for anybody, as HTML, and never expires", async () => {
        const { status, headers, body } = await anybody.request("GET", PAGE);
        assert.equal(status, 200);
        assert.equal(headers["content-type"], "text/html; charset=utf-8");
        assert.equal(headers["x-amz-expiration"], undefined);
        assert.equal(body.toString(), usagePage(await config()));
        // The same server says so of what does expire.
        await admin.status("PUT", "0.narinfo", "text");
        assert.match(
            String((await anybody.request("HEAD", "0.narinfo")).headers["x-amz-expiration"]),
            /hash-0/,
        );
    });

    it("is where the outputs say, and one of the things that are declared", async () => {
        const { usagePage: url, substituter, hostConfig, declared } = await stack.outputs();
        assert.equal(url, `${String(substituter)}/${PAGE}`);
        assert.equal((hostConfig as HostConfig).usagePage, url);
        const { objects, urns } = declared as Declared;
        assert.equal(objects.find(({ name }) => name === PAGE)?.content, await anybody.read(PAGE));
        assert.match(urns.objects[PAGE] ?? "", /S3Object::nix-cache-usage$/);
    });

    it("holds no secret", async () => {
        const { secretKey, builders } = (await stack.outputs()) as {
            secretKey: string;
            builders: Record<string, { secretKey: string }>;
        };
        const text = String(await anybody.read(PAGE));
        const secrets = [secretKey.split(":")[1] ?? "", builders["page-builder"]?.secretKey ?? ""];
        for (const secret of secrets) {
            assert.ok(secret.length > 20);
            assert.ok(!text.includes(secret));
        }
    });

    it("cannot be written by a builder", async () => {
        const before = await anybody.read(PAGE);
        const asBuilder = new Bucket(await builder(stack, "page-builder"), "page");
        assert.equal(await asBuilder.status("PUT", "log/x", "mine"), 200);
        assert.equal(await asBuilder.status("PUT", PAGE, "mine"), 403);
        assert.equal(await asBuilder.status("DELETE", PAGE), 403);
        assert.equal(await anybody.read(PAGE), before);
    });

    it("is quiet in a preview with refresh", () => stack.mustBeQuiet());

    it("says what has changed", async () => {
        const { done } = await stack.up({ keyGeneration: 2, expireDays: 90 });
        assert.ok(done.includes("updated S3Object nix-cache-usage"), done.join());
        const text = String(await anybody.read(PAGE));
        assert.equal(text, usagePage(await config()));
        for (const key of (await config()).trustedPublicKeys) {
            assert.ok(text.includes(key), key);
        }
        assert.match(text, /90 days after its first push/);
        await stack.mustBeQuiet();
    });

    for (const [what, change, is] of [
        [
            "was changed",
            () =>
                admin.request("PUT", PAGE, {
                    body: "<p>mine</p>",
                    headers: { "Content-Type": "text/html; charset=utf-8" },
                }),
            /^object usage\.html: its content was changed \("<p>mine<\/p>"\), should be "<!doctype html>"$/m,
        ],
        [
            "has another content type",
            async () =>
                admin.request("PUT", PAGE, {
                    body: usagePage(await config()),
                    headers: { "Content-Type": "text/plain" },
                }),
            /^object usage\.html: its content type is "text\/plain", should be text\/html; charset=utf-8$/m,
        ],
    ] as const) {
        it(`that ${what} is seen, and made again`, async () => {
            const before = await anybody.read(PAGE);
            assert.ok([200, 204].includes((await change()).status));
            const drift = await nixCache(stack, ["drift"]);
            assert.equal(drift.status, 3, drift.stderr);
            assert.match(unwrapped(drift.stdout), is);
            assert.equal(unwrapped(drift.stdout).match(/: .*should be/g)?.length, 1);
            const heal = await nixCache(stack, ["heal", "--yes"]);
            assert.equal(heal.status, 0, heal.stdout + heal.stderr);
            assert.match(heal.stdout, /\ndone: made S3Object nix-cache-usage again\n/);
            assert.equal(await anybody.read(PAGE), before);
            await stack.mustBeQuiet();
        });
    }
});
