import assert from "node:assert/strict";
import { globSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { nixCache } from "./cli.ts";
import { TestStack } from "./testStack.ts";

describe("a state of which a killed Pulumi left a file empty", function () {
    this.timeout(600_000);

    it("is read past it, by however many commands come upon it at once", async () => {
        const stack = await TestStack.open("torn", { bucket: "torn", builders: ["torn-one"] });
        await stack.up();
        const attributes = globSync(join(stack.place.state, ".pulumi", "stacks", "*", "torn.json.attrs"));
        assert.equal(attributes.length, 1, attributes.join(" "));
        for (let round = 0; round < 2; round++) {
            // It goes with the first command that repairs, and the backend writes it again with the next state.
            await stack.up();
            attributes.forEach((file) => truncateSync(file));
            const runs = await Promise.all([1, 2, 3].map(() => nixCache(stack, ["drift"])));
            assert.deepEqual(
                runs.map(({ status, stderr }) => `${status ?? "killed"} ${stderr}`),
                ["0 ", "0 ", "0 "],
            );
        }
    });
});
