import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectDir } from "../../../sandbox/paths.ts";
import { maySkip, skip } from "../../skips.ts";

const engine = join(projectDir, "src", "engine");

describe("a lock whose holder's end is not proven, at a terminal,", function () {
    maySkip(this, "terminal");
    this.timeout(60_000);
    let folder: string;
    let lock: string;

    before(function () {
        // BSD's takes other arguments.
        const { status, stdout } = spawnSync("script", ["--version"], { encoding: "utf8" });
        if (status !== 0 || !stdout.includes("util-linux")) skip(this, "terminal");
    });
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "lock-question-"));
        const locks = join(folder, ".pulumi", "locks");
        mkdirSync(locks, { recursive: true });
        lock = join(locks, "lock.json");
        writeFileSync(lock, "{}");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** Meets the lock at a terminal, and answers the question once it is asked. */
    async function answered(answer: string): Promise<string> {
        const held = `error: the stack is currently locked\n  ${pathToFileURL(lock).href}: created by me@${hostname()} (pid ${spawnSync("true").pid}) at 2026-11-24T10:00:00Z`;
        const program = join(folder, "program.ts");
        writeFileSync(
            program,
            `import { existsSync } from "node:fs";
            import { pastDeadLock } from ${JSON.stringify(join(engine, "deadLock.ts"))};
            import { PulumiError } from ${JSON.stringify(join(engine, "pulumi.ts"))};
            const work = () => existsSync(${JSON.stringify(lock)})
                ? Promise.reject(new PulumiError(${JSON.stringify(held)}))
                : Promise.resolve("went on");
            console.log(await pastDeadLock({ folder: "", stack: "t" }, work).catch((error) => error.message));`,
        );
        const command = `'${process.execPath}' '${program}'`;
        const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
        let said = "";
        let asked = false;
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
            said += text;
            if (asked || !said.includes("[y/N]")) return;
            asked = true;
            child.stdin.write(answer);
        });
        await new Promise((resolve) => child.on("close", resolve));
        assert.match(
            said,
            /^Pulumi of me@\S+ \(process \d+\) has locked the stack since 2026-11-24T10:00:00Z;\r\nwhether that still runs cannot be told from here\r\n/,
        );
        return said;
    }

    it("is removed when the person says so", async () => {
        assert.match(await answered("y\r"), /went on\r\n$/);
        assert.ok(!existsSync(lock));
    });

    for (const [what, answer, words] of [
        ["no", "n\r", "pulumi cancel --yes --stack 't'"],
        ["nothing", "\r", "pulumi cancel --yes --stack 't'"],
        ["Ctrl-C", "\x03", "cancelled"],
    ] as const) {
        it(`stays when the person says ${what}`, async () => {
            assert.ok((await answered(answer)).trimEnd().endsWith(words));
            assert.ok(existsSync(lock));
        });
    }
});
