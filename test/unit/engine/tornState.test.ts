import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repairTornState, TORN } from "../../../src/engine/tornState.ts";

describe("a state that a kill left in pieces", () => {
    let folder: string;
    const attributes = (...path: string[]) => join(folder, "my state", ".pulumi", ...path);

    beforeEach(() => {
        // Characters that mean something to a shell, in a pattern, in a regular expression.
        folder = mkdtempSync(join(tmpdir(), "torn-[x]{a,b}*(c)?-"));
        for (const [path, content] of [
            [["stacks", "p", "a.json"], "{}"],
            [["stacks", "p", "a.json.attrs"], ""],
            [["stacks", "p", "b.json.attrs"], `{"user.cache_control":""}`],
            [["locks", "o", "p", "a", "1.json.attrs"], ""],
        ] as const) {
            mkdirSync(join(attributes(...path), ".."), { recursive: true });
            writeFileSync(attributes(...path), content);
        }
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    for (const [where, url] of [
        ["in a folder of its own", () => `${pathToFileURL(join(folder, "my state")).href}?no_tmp_dir=true`],
        ["in a folder beside Pulumi.yaml", () => "file://./my%20state"],
    ] as const) {
        it(`loses the empty files alone, ${where}`, () => {
            assert.equal(repairTornState(url(), folder), true);
            assert.ok(existsSync(attributes("stacks", "p", "a.json")));
            assert.ok(existsSync(attributes("stacks", "p", "b.json.attrs")));
            assert.ok(!existsSync(attributes("stacks", "p", "a.json.attrs")));
            assert.ok(!existsSync(attributes("locks", "o", "p", "a", "1.json.attrs")));
            assert.equal(
                repairTornState(url(), folder),
                true,
                "what another command has repaired can be read",
            );
        });
    }

    it("is nobody's business on another backend", () =>
        assert.equal(repairTornState("https://api.pulumi.com", folder), false));

    it("is told by the end of Pulumi's line", () => {
        assert.match("error: failed to load checkpoint: EOF\n", TORN);
        assert.doesNotMatch("error: no stack named EOF was found", TORN);
    });
});
