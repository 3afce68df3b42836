import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../src/system/run.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The project's own copies of the tools, each on all files that its configuration names. */
const CHECKS: readonly [title: string, command: string, ...args: string[]][] = [
    ["tsc finds no type error", "typescript/bin/tsc", "--noEmit"],
    ["eslint finds nothing", "eslint/bin/eslint.js", "--max-warnings=0", "."],
    ["prettier would change nothing", "prettier/bin/prettier.cjs", "--check", "--log-level=warn", "."],
];

describe("the sources", function () {
    this.timeout(300_000);
    for (const [title, command, ...args] of CHECKS) {
        it(title, async () => {
            const file = join(root, "node_modules", command);
            const { status, stdout, stderr } = await run(process.execPath, [file, ...args], { cwd: root });
            if (status !== 0) assert.fail(`${stdout}${stderr}`);
        });
    }
});
