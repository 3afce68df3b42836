import assert from "node:assert/strict";
import { nixCache } from "../cli.ts";
import type { TestStack } from "../testStack.ts";

/**
 * Whether `doctor --deep` finds nothing wrong in a stack's content: every NAR is read
 * and hashed, what is referred to is there, and nothing goes before what needs it.
 *
 * @param broken narinfos, by object name, of which something may be wrong
 */
export async function mustBeSound(stack: TestStack, broken: ReadonlySet<string> = new Set()): Promise<void> {
    const args = ["doctor", "--deep", "--json", "--upstream", ""];
    const { stdout, stderr } = await nixCache(stack, args);
    const told = JSON.parse(stdout) as {
        checks: { name: string }[];
        broken: { key: string; wrong: string }[];
    };
    assert.ok(
        told.checks.some(({ name }) => name === "signatures and NARs"),
        stderr,
    );
    for (const { key, wrong } of told.broken) assert.ok(broken.has(key), `${key}: ${wrong}`);
}
