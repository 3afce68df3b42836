import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../src/cache/problem.ts";
import { projectName } from "../../../src/system/project.ts";

describe("the project's name", () => {
    let folder: string;
    const file = () => join(folder, "Pulumi.yaml");
    before(() => (folder = mkdtempSync(join(tmpdir(), "project-"))));
    after(() => {
        rmSync(folder, { recursive: true });
    });

    it("is that of Pulumi.yaml, quoted or not", () => {
        for (const text of ["name: my-cache\n", 'runtime: nodejs\nname: "my-cache" # ours\n']) {
            writeFileSync(file(), text);
            assert.equal(projectName(folder), "my-cache");
        }
    });

    it("is no other where Pulumi.yaml has none", () => {
        writeFileSync(file(), "runtime: nodejs\nconfig:\n  name: not-this\n");
        assert.throws(
            () => projectName(folder),
            new UserError(`${file()} has no name: write the project's into it, as in name: nix-cache`),
        );
    });
});
