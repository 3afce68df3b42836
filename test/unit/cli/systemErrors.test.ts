import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectDir } from "../../../sandbox/paths.ts";

const main = join(projectDir, "src", "cli", "main.ts");

describe("what the system refuses a command", () => {
    it("is said in one line and in words, without a code or a stack trace", () => {
        const folder = mkdtempSync(join(tmpdir(), "system-errors-"));
        try {
            writeFileSync(join(folder, "Pulumi.yaml"), "name: x\nruntime: nodejs\n");
            writeFileSync(join(folder, "file"), "");
            const { status, stderr } = spawnSync(
                process.execPath,
                [main, "drift", "--metrics", join(folder, "file", "metrics.prom")],
                { cwd: folder, env: { PATH: folder }, encoding: "utf8" },
            );
            assert.equal(status, 1);
            const [first = "", second = "", ...more] = stderr.trimEnd().split("\n");
            assert.match(first, /^nix-cache: pulumi is not on PATH/);
            assert.equal(
                second,
                `nix-cache: ${folder}/file/metrics.prom cannot be written: a part of its path is a file, not a folder`,
            );
            assert.deepEqual(more, []);
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
