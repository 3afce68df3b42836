import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { projectDir } from "../../../sandbox/paths.ts";

const ledger = join(projectDir, "src", "system", "ledger.ts");

/** What a message becomes in a process of its own that has done this before: the account is the process's. */
function after(work: string, message = "the server is away"): string {
    const program = `
        import { entered, mayChange, withAccount } from ${JSON.stringify(ledger)};
        ${work}
        process.stdout.write(withAccount(${JSON.stringify(message)}));`;
    const { stdout, stderr } = spawnSync(
        process.execPath,
        ["--input-type=module-typescript", "--eval", program],
        {
            encoding: "utf8",
        },
    );
    assert.equal(stderr, "");
    return stdout;
}

describe("what an error says of what was done before it", () => {
    it("is nothing where the command changes nothing anyway", () =>
        assert.equal(after(""), "the server is away"));

    it("is that nothing has been changed, where the command might have", () =>
        assert.equal(after("mayChange();"), "the server is away. Nothing has been changed."));

    it("is what was, and how to go on, where something was", () =>
        assert.equal(
            after("mayChange(); entered('removed user a');"),
            "the server is away. Done before that: removed user a; the same command goes on from there",
        ));

    it("names each thing once, and of many no more than a few", () =>
        assert.equal(
            after("mayChange(); for (const what of ['a', 'b', 'a', 'c', 'd', 'e', 'f']) entered(what);"),
            "the server is away. Done before that: a, b, c and 3 more; the same command goes on from there",
        ));
});
