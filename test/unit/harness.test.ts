import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../toolchain/run.ts";

const tests = dirname(dirname(fileURLToPath(import.meta.url)));

async function outcome(...args: string[]): Promise<{ status: number | null; lines: string[] }> {
    const { status, stdout } = await run(process.execPath, [join(tests, "run.ts"), ...args]);
    return { status, lines: stdout.trimEnd().split("\n") };
}

const fixture = (name: string) => join(tests, "fixtures", `${name}.ts`);

describe("the test run itself", () => {
    it("passes with the numbers in its last line", async () => {
        const { status, lines } = await outcome(fixture("skipping"), "--grep", "passes");
        assert.equal(lines.at(-1), "1 passed, 0 failed, 0 skipped");
        assert.equal(status, 0);
    });

    it("fails for each test that is skipped without a reason on the list", async () => {
        const { status, lines } = await outcome(fixture("skipping"));
        assert.equal(lines.at(-1), "1 passed, 4 failed, 0 skipped");
        assert.equal(status, 1);
    });

    it("fails for a suite that cannot be prepared, with all its tests", async () => {
        const { status, lines } = await outcome(fixture("failing"));
        assert.equal(lines.at(-1), "0 passed, 3 failed, 0 skipped");
        assert.equal(status, 1);
    });

    it("fails for a test that shuts out the others", async () => {
        const { status, lines } = await outcome(fixture("only"));
        assert.equal(lines.at(-1), "0 passed, 1 failed, 0 skipped");
        assert.equal(status, 1);
    });

    it("fails when a file cannot be loaded", async () => {
        const { status, lines } = await outcome(fixture("broken"));
        assert.equal(lines.at(-1), "0 passed, 1 failed, 0 skipped");
        assert.equal(status, 1);
    });

    it("fails when no test has run", async () => {
        const { status, lines } = await outcome(fixture("skipping"), "--grep", "no test has this name");
        assert.equal(lines.at(-1), "0 passed, 1 failed, 0 skipped");
        assert.equal(status, 1);
    });
});
