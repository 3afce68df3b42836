import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localRoots } from "../../../src/store/localRoots.ts";

describe("the roots of a folder", () => {
    let folder = "";
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-roots-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("are what links lead to that are in the store, and no other", () => {
        mkdirSync(join(folder, "per-user", "root"), { recursive: true });
        writeFileSync(join(folder, "file"), "");
        symlinkSync("/nowhere", join(folder, "broken"));
        symlinkSync("file", join(folder, "elsewhere"));
        symlinkSync("loop", join(folder, "loop"));
        symlinkSync(folder, join(folder, "per-user", "around"));
        assert.deepEqual(localRoots(folder), []);
    });

    it("cannot be read where there is no such folder: said in one line", () => {
        assert.throws(() => localRoots(join(folder, "none")), /^UserError: .*none cannot be read: [^\n]+$/);
    });
});
