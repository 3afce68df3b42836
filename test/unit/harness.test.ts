import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../src/system/run.ts";

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

    it("counts what is skipped for a reason that its suite is marked with, and fails for another", async () => {
        const { status, lines } = await outcome(fixture("marked"));
        assert.equal(lines.at(-1), "0 passed, 1 failed, 2 skipped");
        assert.equal(status, 1);
    });

    it("fails for each test that is skipped without a reason that its suite is marked with", async () => {
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

    describe("in lots, each a process of its own", () => {
        async function lots(...names: string[]): Promise<{ status: number | null; text: string }> {
            const { status, stdout } = await run(process.execPath, [
                join(tests, "fixtures", "lots.ts"),
                ...names.map(fixture),
            ]);
            return { status, text: stdout };
        }

        it("passes when all of them do, and adds up what they ran", async () => {
            const { status, text } = await lots("passing", "passing");
            assert.match(text, /\n2 passed, 0 failed, 0 skipped\n$/);
            assert.equal(status, 0);
        });

        it("fails when one does, and shows one after the other, what failed at the end", async () => {
            const { status, text } = await lots("passing", "skipping", "failing");
            assert.match(text, /\n2 passed, 7 failed, 0 skipped\n$/);
            assert.equal(status, 1);
            const places = ["is well", "skips itself", "nothing can be prepared"].map((each) =>
                text.indexOf(each),
            );
            assert.ok(
                !places.includes(-1) && places.every((at, i) => i === 0 || at > (places[i - 1] ?? 0)),
                text,
            );
            assert.ok(text.indexOf("nothing can be prepared") > text.lastIndexOf("skips itself"), text);
        });

        it("fails when one cannot be loaded, or ends before its end without an error", async () => {
            for (const name of ["broken", "leaving"]) {
                const { status, text } = await lots("passing", name);
                assert.match(
                    text,
                    /it ended before its end \(status [01]\)\n\n1 passed, 1 failed, 0 skipped\n$/,
                );
                assert.equal(status, 1);
            }
        });

        it("ends them with the signal that ends it", async () => {
            const child = spawn(process.execPath, [join(tests, "fixtures", "lots.ts"), fixture("waiting")], {
                stdio: ["ignore", "pipe", "inherit"],
            });
            let text = "";
            child.stdout.setEncoding("utf8").on("data", (part: string) => {
                text += part;
                if (part.includes("waits in")) child.kill("SIGTERM");
            });
            const status = await new Promise((resolve) => child.on("close", resolve));
            assert.equal(status, 143, text);
            assert.match(text, /\n0 passed, 1 failed, 0 skipped\n$/);
            const pid = /waits in (\d+)/.exec(text)?.[1];
            assert.throws(() => process.kill(Number(pid), 0), { code: "ESRCH" });
        });
    });
});
