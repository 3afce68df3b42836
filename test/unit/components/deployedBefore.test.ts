import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { deployments } from "./deployments.ts";

describe("a stack that the version before deployed", () => {
    // Recorded by `deployments` of test/unit/components/deployments.ts in the code of commit 24a034a: types, names,
    // parents (which are the URNs), inputs, options and outputs. Change it only where a change of what is deployed is meant.
    const before: unknown = JSON.parse(
        readFileSync(new URL("../../fixtures/deployedBefore.json", import.meta.url), "utf8"),
    );

    it("has exactly the same resources and outputs", async () => {
        assert.deepEqual(await deployments(), before);
    });
});
