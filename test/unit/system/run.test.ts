import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argumentsOf, run } from "../../../src/system/run.ts";

describe("a program with a time limit", function () {
    this.timeout(60_000);
    let folder: string;
    const sh = (script: string, timeoutMs: number) => run("sh", ["-c", script], { timeoutMs, cwd: folder });

    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "nix-cache-run-"))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("is what it is when it keeps to it", async () => {
        assert.deepEqual(await sh("echo out; exit 3", 30_000), { status: 3, stdout: "out\n", stderr: "" });
        assert.equal((await run("no-such-program", [], { timeoutMs: 30_000 })).status, 127);
    });

    it("is ended with all that it started, and may clean up before", async () => {
        const outcome = await sh("sleep 1000 & echo $! > pid; trap 'echo bye; exit' TERM; wait", 500);
        assert.deepEqual(outcome, { status: null, stdout: "bye\n", stderr: "", timedOut: true });
        assert.equal(await argumentsOf(Number(readFileSync(join(folder, "pid"), "utf8"))), undefined);
    });

    it("is killed when it takes no notice, with children that have its pipes", async () => {
        const outcome = await sh("trap '' TERM; sleep 1000 & echo $! > pid; sleep 1000", 500);
        assert.deepEqual(outcome, { status: null, stdout: "", stderr: "", timedOut: true });
        assert.equal(await argumentsOf(Number(readFileSync(join(folder, "pid"), "utf8"))), undefined);
    });

    it("is waited for no longer where its child has got away with its pipe", async () => {
        const script = `const c = require("node:child_process").spawn("sleep", ["30"], { detached: true, stdio: "inherit" }); require("node:fs").writeFileSync("pid", String(c.pid)); c.unref();`;
        const outcome = await run(process.execPath, ["-e", script], { timeoutMs: 3_000, cwd: folder });
        assert.equal(outcome.timedOut, true);
        process.kill(Number(readFileSync(join(folder, "pid"), "utf8")));
    });
});
