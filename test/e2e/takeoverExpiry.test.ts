import assert from "node:assert/strict";
import { Bucket } from "./objects.ts";
import { objectsOf } from "./serverState.ts";
import { TestStack } from "./testStack.ts";

const HASH = "0123456789abcdfghijklmnpqrsvwxyz";

describe("an expiry that would take objects at once", function () {
    this.timeout(1_800_000);
    let stack: TestStack;
    let admin: Bucket;
    const objects = () => objectsOf(stack.minio.connection, "aged");

    before(async () => {
        stack = await TestStack.open("aged", { bucket: "aged", builders: ["aged-one"], expireDays: 0 });
        await stack.up();
        admin = new Bucket(stack.minio.connection, "aged");
        await admin.putAged(`${HASH}.narinfo`, "narinfo", 112);
        await admin.putAged("nar/old.nar", "nar", 112);
        await admin.putAged("nar/middle.nar", "nar", 35);
        await admin.putAged("nar/young.nar", "nar", 5);
    });

    it("is counted by a preview", async () => {
        stack.configure({ expireDays: 30 });
        const { text } = await stack.preview();
        assert.match(text, /warning: expireDays: 30 takes 2 objects that are too old for it at once/);
        assert.match(
            text,
            /so the update will be refused; to allow it: pulumi config set expireExisting true/,
        );
    });

    it("is refused by up in one line, and every object stays", async () => {
        const before = await objects();
        const { errors } = await stack.upFails();
        assert.equal(errors.length, 1, errors.join("\n"));
        assert.match(
            errors[0] ?? "",
            /^expireDays: 30 takes 2 objects .*; to keep them: a larger expireDays$/,
        );
        assert.deepEqual(await objects(), before);
    });

    it("is made where it takes nothing", async () => {
        const { "usage.html": page, ...before } = await objects();
        await stack.up({ expireDays: 200 });
        // The page says how long paths are kept.
        const { "usage.html": newPage, ...after } = await objects();
        assert.deepEqual(after, before);
        assert.notEqual(newPage, page);
    });

    it("is refused too where a shorter one takes the place of a longer", async () => {
        const { errors } = await stack.upFails({ expireDays: 30 });
        assert.match(errors.join("\n"), /takes 2 objects/);
    });

    it("is made when expireExisting allows it", async () => {
        await stack.up({ expireDays: 30, narGraceDays: null, expireExisting: true });
        const names = ["nar/middle.nar", "nar/young.nar", "nix-cache-info", "usage.html"];
        assert.deepEqual(Object.keys(await objects()).sort(), names);
        await stack.mustBeQuiet();
    });
});
