import assert from "node:assert/strict";
import { globSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { openStack } from "../../sandbox/stack.ts";
import { nixCache } from "./cli.ts";
import { TestStack } from "./testStack.ts";

describe("a state of which a killed Pulumi left a file empty", function () {
    this.timeout(600_000);
    let stack: TestStack;

    before(async () => {
        stack = await TestStack.open("torn", { bucket: "torn", builders: ["torn-one"] });
    });

    /** A whole state, but for the file. The backend writes that with each state, so there is an up before. */
    beforeEach(async () => {
        await stack.up();
        const attributes = globSync(join(stack.place.state, ".pulumi", "stacks", "*", "torn.json.attrs"));
        assert.equal(attributes.length, 1, attributes.join(" "));
        attributes.forEach((file) => truncateSync(file));
    });

    it("is read past it, by however many commands come upon it at once", async () => {
        const runs = await Promise.all([1, 2, 3].map(() => nixCache(stack, ["drift"])));
        assert.deepEqual(
            runs.map(({ status, stderr }) => `${status ?? "killed"} ${stderr}`),
            ["0 ", "0 ", "0 "],
        );
    });

    it("is opened past it by npm start", async () => {
        const opened = await openStack(stack.place);
        assert.ok("publicKey" in (await opened.outputs()));
    });
});
