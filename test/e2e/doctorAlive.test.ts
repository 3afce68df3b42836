import assert from "node:assert/strict";
import { nixCache } from "./cli.ts";
import { Bucket } from "./objects.ts";
import { makeOld } from "./pinning/age.ts";
import { putClosure, type Path } from "./pinning/closure.ts";
import { TestStack } from "./testStack.ts";

const BUCKET = "watched";

interface Check {
    readonly name: string;
    readonly result: string;
    readonly seen: string;
}

describe("nix-cache doctor, of what is pinned", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let admin: Bucket;
    let closure: readonly Path[];

    before(async () => {
        stack = await TestStack.open("watched", { bucket: BUCKET, builders: ["watched-builder"] });
        await stack.up();
        const { secretKey } = (await stack.outputs()) as { secretKey: string };
        admin = new Bucket(stack.minio.connection, BUCKET);
        closure = await putClosure(admin, secretKey, ["lib", "tool", "system"]);
    });

    const doctor = async (...args: string[]) => {
        const { stdout } = await nixCache(stack, ["doctor", "--json", "--upstream", "", ...args]);
        const { checks } = JSON.parse(stdout) as { checks: Check[] };
        return (name: string) => checks.find((check) => check.name === name);
    };
    const old = async (paths: readonly Path[], days: number) => {
        for (const { narinfo, nar } of paths) {
            await makeOld(admin, nar, days);
            await makeOld(admin, narinfo, days);
        }
    };

    it("says nothing where nothing is pinned", async () => {
        const check = await doctor();
        assert.deepEqual([check("what is pinned"), check("renewing")], [undefined, undefined]);
    });

    it("is content with what is young and whole", async () => {
        const { status } = await nixCache(stack, ["pin", "machine", closure[2]!.path, "--upstream", ""]);
        assert.equal(status, 0);
        const check = await doctor();
        assert.deepEqual([check("what is pinned")?.result, check("renewing")?.result], ["ok", "ok"]);
        const deep = await doctor("--deep");
        assert.equal(deep("what is pinned")?.seen, "1 pin: 3 paths in their closures are here");
    });

    for (const [days, result] of [
        [14, "ok"],
        [17, "ok"],
        [20, "warning"],
        [28, "failure"],
    ] as const)
        it(`tells whether renewing runs: ${result} of what is ${days} days old, and of 30`, async () => {
            await old(closure, days);
            assert.equal((await doctor())("renewing")?.result, result);
        });

    it("is content again once it was renewed", async () => {
        assert.equal((await nixCache(stack, ["renew", "--upstream", ""])).status, 0);
        assert.equal((await doctor("--deep"))("renewing")?.result, "ok");
    });

    it("sees a reference that goes on an earlier day than what refers to it, by --deep", async () => {
        assert.equal((await doctor("--deep"))("expiry of references"), undefined);
        await makeOld(admin, closure[0]!.narinfo, 1);
        const check = (await doctor("--deep"))("expiry of references");
        assert.deepEqual([check?.result, check?.seen], ["warning", "1 outlive what they refer to"]);
        assert.equal((await nixCache(stack, ["renew", "--upstream", ""])).status, 0);
        assert.equal((await doctor("--deep"))("expiry of references"), undefined);
    });

    it("sees a pin of which a part is in no cache, and one that points to nothing", async () => {
        assert.equal(await admin.status("DELETE", closure[0]!.narinfo), 204);
        assert.equal((await doctor())("what is pinned")?.result, "ok");
        assert.equal((await doctor("--deep"))("what is pinned")?.result, "failure");
        assert.equal(await admin.status("DELETE", closure[2]!.narinfo), 204);
        const { status, stdout } = await nixCache(stack, ["doctor", "--upstream", ""]);
        assert.equal(status, 7);
        assert.match(stdout, /what is pinned +1 of its paths are in no cache/);
        assert.ok(stdout.includes(`${closure[2]!.path} (machine)`), stdout);
    });

    it("tells of what is in the place of a pin and is none", async () => {
        await admin.status("PUT", "_pins/strange.json", "{}");
        assert.equal((await doctor())("records of pins")?.result, "warning");
    });
});
