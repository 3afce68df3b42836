import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../../sandbox/paths.ts";
import { installedCommands } from "../../../src/cli/commandFiles.ts";
import { commandHelp, generalHelp } from "../../../src/cli/help.ts";
import { findingLine, findingLines, type Finding } from "../../../src/drift/finding.ts";
import { run } from "../../../src/system/run.ts";

const COMMANDS = await installedCommands();

async function nixCache(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const main = join(projectDir, "src", "cli", "main.ts");
    return run(process.execPath, [main, ...args], { cwd: projectDir, env: { ...process.env, ...env } });
}

describe("the commands", () => {
    for (const [name, text] of [
        ["nix-cache", generalHelp(COMMANDS)] as const,
        ...COMMANDS.map(([one, command]) => [one, commandHelp(one, command)] as const),
    ]) {
        it(`have a help that fits a screen: ${name}`, () => {
            const lines = text.split("\n");
            assert.ok(lines.length <= 40, `${lines.length} lines`);
            assert.deepEqual(
                lines.filter((line) => line.length > 80),
                [],
            );
        });
    }

    it("name the exit statuses that they end with, and no other", async () => {
        const statuses = async (name: string) =>
            [...(await nixCache([name, "--help"])).stdout.matchAll(/^ {2}(\d) /gm)].map(([, one]) =>
                Number(one),
            );
        assert.deepEqual(await statuses("enqueue"), [0, 2]);
        assert.deepEqual(await statuses("drift"), [0, 1, 2, 3, 4, 5]);
        assert.deepEqual(await statuses("doctor"), [0, 1, 2, 4, 6, 7]);
    });

    it("refuse an option that npm has taken for itself, since a dry run would be a real one", async () => {
        const taken = { npm_config_dry_run: "true" };
        const byNpm = await nixCache(["push", "./result"], { ...taken, npm_lifecycle_event: "push" });
        assert.deepEqual(byNpm, {
            status: 2,
            stdout: "",
            stderr: "nix-cache: npm has taken --dry-run for itself; options come after --, as in npm run -s push -- --dry-run\n",
        });
        // Another command's option, or a script that calls nix-cache.
        const { stderr } = await nixCache(["drift", "--none"], { ...taken, npm_lifecycle_event: "drift" });
        assert.match(stderr, /no option --none/);
    });

    it("are scripts of npm too", () => {
        const { scripts } = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8")) as {
            scripts: Record<string, string>;
        };
        for (const [name] of COMMANDS)
            assert.equal(scripts[name], `node toolchain/node.mjs src/cli/main.ts ${name}`);
    });

    for (const args of [["drift", "--none"], ["none"], ["host"], ["host", "none"], ["push", "--max-tries"]]) {
        it(`say wrong use as JSON too: ${args.join(" ")}`, async () => {
            const { status, stdout, stderr } = await nixCache([...args, "--json"]);
            assert.equal(status, 2);
            const said = JSON.parse(stdout) as { error: string; status: number };
            assert.equal(said.status, 2);
            assert.equal(stderr, `nix-cache: ${said.error}\n`);
        });
    }

    for (const args of [
        ["doctor", "--sample", "many"],
        ["doctor", "--sample", "0"],
        ["doctor", "--nar-bytes", "10GiB"],
        ["doctor", "--deep", "--nar-bytes", "10XB"],
        ["doctor", "--upstream", "cache.nixos.org"],
        ["queue", "--limit", "0"],
    ]) {
        it(`take a value that an option does not have for wrong use: ${args.join(" ")}`, async () => {
            const { status, stderr } = await nixCache(args);
            assert.match(stderr, /^nix-cache: --[a-z-]+ is ".+"; it must be .+\n$/);
            assert.equal(status, 2);
        });
    }

    it("are named in the form in which the reader called one", async () => {
        const plain = await nixCache(["drift", "--none"], { npm_lifecycle_event: "test" });
        assert.equal(plain.stderr, "nix-cache: drift has no option --none; nix-cache drift --help\n");
        const byNpm = await nixCache(["drift", "--none"], { npm_lifecycle_event: "drift" });
        assert.equal(byNpm.stderr, "nix-cache: drift has no option --none; npm run -s drift -- --help\n");
    });
});

describe("a drift finding for people", () => {
    const url = `https://example.org/${"x".repeat(90)}`;
    const finding: Finding = {
        subject: "policy nix-cache-write",
        is: `allows ${"s3:DeleteObject, ".repeat(12)}on ${url}`,
        shouldBe: "as the stack declares it",
        makeAgain: [],
        removals: [],
        beyondRepair: "a bucket keeps it for life; only a new bucket is without: ".repeat(3).trim(),
    };

    it("is wrapped at 80 columns, with its advice below; no word is broken", () => {
        const lines = findingLines(finding);
        assert.deepEqual(
            lines.filter((line) => line.length > 80).map((line) => line.trim()),
            [url + ","],
        );
        assert.equal(lines.filter((line) => line.startsWith("  -> cannot be undone: ")).length, 1);
        const words = (text: string) => text.split(/[\s;]+|-> /).filter((word) => word !== "");
        assert.deepEqual(words(lines.join(" ")), words(findingLine(finding)));
    });
});
