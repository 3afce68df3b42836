import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/system/run.ts";
import { nixCache, shellEnvironment } from "./cli.ts";
import { kill, runWithFault } from "./faults/cutShort.ts";
import { commandLine, descendants } from "./faults/processTree.ts";
import { TestStack } from "./testStack.ts";
import { mc } from "./mc.ts";

describe("the stack that a user has selected", function () {
    this.timeout(1_800_000);
    let stack: TestStack;

    before(async () => {
        stack = await TestStack.open("selected-other", { bucket: "selected", builders: ["selected-one"] });
        await stack.up();
        // Both have the same settings; what is meant when nobody names a stack is the second.
        const settings = (name: string) => join(stack.place.workDir, `Pulumi.${name}.yaml`);
        const made = await run("pulumi", ["stack", "init", "mine"], {
            cwd: stack.place.workDir,
            env: shellEnvironment(stack),
        });
        assert.equal(made.status, 0, made.stderr);
        cpSync(settings("selected-other"), settings("mine"));
    });

    /** Where Pulumi notes it, for this test's folder: the content and the time of each file. */
    function noted(): Record<string, string> {
        const folder = join(stack.place.pulumiHome, "workspaces");
        const files = readdirSync(folder).map((name) => join(folder, name));
        const ours = files.filter((file) => readFileSync(file, "utf8").includes(stack.place.state));
        assert.equal(ours.length, 1);
        return Object.fromEntries(
            ours.map((file) => [file, `${statSync(file).mtimeMs} ${readFileSync(file, "utf8")}`]),
        );
    }

    async function isStillSelected(before: Record<string, string>): Promise<void> {
        assert.deepEqual(noted(), before);
        const { stdout } = await run("pulumi", ["stack", "--show-name"], {
            cwd: stack.place.workDir,
            env: shellEnvironment(stack),
        });
        assert.equal(stdout.trim(), "mine");
    }

    const breakIt = () => mc(stack, ["admin", "user", "disable", "server", "selected-one"]);
    const COMMANDS = [["preview"], ["up"], ["heal", "--yes"]].map((command) => [
        ...command,
        "--stack",
        "selected-other",
    ]);

    it("is not written by a command that works on another", async () => {
        const before = noted();
        for (const command of COMMANDS) {
            assert.equal((await breakIt()).status, 0);
            const { status, stdout, stderr } = await nixCache(stack, command);
            assert.equal(status, command[0] === "preview" ? 3 : 0, stdout + stderr);
            await isStillSelected(before);
        }
    });

    /** Kills a run, and all that it has started, as soon as it starts a Pulumi for the nth time. */
    async function killedAt(command: readonly string[], nth: number): Promise<void> {
        const seen = new Set<number>();
        let watch: NodeJS.Timeout | undefined;
        await runWithFault(stack, command, /^never$/, 0, kill, (pid) => {
            watch = setInterval(() => {
                for (const one of descendants(pid)) if (commandLine(one).includes("pulumi ")) seen.add(one);
                if (seen.size >= nth) kill(pid);
            }, 2);
        });
        clearInterval(watch);
    }

    it("is not written by one that is killed, whichever Pulumi it has just started", async () => {
        const before = noted();
        for (const command of COMMANDS) {
            await breakIt();
            for (let nth = 4; nth <= 8; nth++) {
                await killedAt(command, nth);
                await isStillSelected(before);
            }
        }
        assert.equal((await nixCache(stack, ["heal", "--yes", "--stack", "selected-other"])).status, 0);
    });
});
