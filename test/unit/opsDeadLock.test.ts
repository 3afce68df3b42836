import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pastDeadLock } from "../../ops/deadLock.ts";
import { PulumiError } from "../../ops/pulumi.ts";

describe("a lock of a Pulumi that was killed", () => {
    let folder: string;
    const target = { folder: "", stack: "t" };
    const lockFile = (name: string) => join(folder, "my state", `${name}.json`);
    /** What Pulumi says where it stops at locks. */
    const lockedBy = (names: readonly string[], host = hostname(), pid = deadPid()) =>
        new PulumiError(
            `error: the stack is currently locked by ${names.length} lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.` +
                names
                    .map(
                        (name) =>
                            `\n  ${pathToFileURL(lockFile(name)).href}?no_tmp_dir=true: created by me@${host} (pid ${pid}) at 2026-11-22T10:00:00Z`,
                    )
                    .join(""),
        );

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "lock-"));
        mkdirSync(join(folder, "my state"));
        for (const name of ["dead", "dead2", "alive"]) {
            writeFileSync(lockFile(name), "{}");
            writeFileSync(`${lockFile(name)}.attrs`, "{}");
        }
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("is removed, and no other that was made meanwhile", async () => {
        let tries = 0;
        const done = await pastDeadLock(target, () => {
            if (++tries === 1) throw lockedBy(["dead", "dead2"]);
            return Promise.resolve("done");
        });
        assert.equal(done, "done");
        assert.equal(tries, 2);
        const files = ["dead", "dead2", "alive"].map(lockFile);
        assert.deepEqual([...files, ...files.map((file) => `${file}.attrs`)].map(existsSync), [
            false,
            false,
            true,
            false,
            false,
            true,
        ]);
    });

    it("stays where another machine has made it", async () => {
        await assert.rejects(
            pastDeadLock(target, () => Promise.reject(lockedBy(["dead"], "elsewhere"))),
            /the stack is in use: .*me@elsewhere \(process \d+\).*; wait for it.*or pulumi cancel if elsewhere is gone$/,
        );
        assert.ok(existsSync(lockFile("dead")));
    });

    it("stays while a Pulumi of its number runs", async () => {
        // /proc shows this name, which is all that is asked of it.
        const alive = spawn("sleep", ["60"], { argv0: "pulumi", stdio: "ignore" });
        try {
            await assert.rejects(
                pastDeadLock(target, () => Promise.reject(lockedBy(["alive"], hostname(), alive.pid))),
                /the stack is in use: .*; wait for it, and run this again$/,
            );
            assert.ok(existsSync(lockFile("alive")));
        } finally {
            alive.kill();
        }
    });

    it("is looked for again after one was removed: another run may have the stack then", async () => {
        const errors = [lockedBy(["dead"]), lockedBy(["alive"], "elsewhere")];
        await assert.rejects(
            pastDeadLock(target, () => Promise.reject(errors.shift() ?? new Error("asked too often"))),
            /^UserError: the stack is in use/,
        );
        assert.deepEqual([existsSync(lockFile("dead")), existsSync(lockFile("alive"))], [false, true]);
    });

    it("of another error is none", async () => {
        await assert.rejects(
            pastDeadLock(target, () => Promise.reject(new PulumiError("error: no"))),
            /^PulumiError: no$/,
        );
    });
});

/** The number of a process that has ended. */
function deadPid(): number {
    return spawnSync("true").pid;
}
