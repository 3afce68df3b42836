import assert from "node:assert/strict";
import {
    lstatSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole } from "../../ops/wholeFile.ts";
import { run } from "../../toolchain/run.ts";

describe("a file that is written as a whole", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "nix-cache-whole-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    it("has the mode that it should have, and leaves nothing beside it", () => {
        const file = join(folder, "secret");
        writeFileSync(file, "old", { mode: 0o644 });
        writeFileSync(`${file}.unfinished`, "left behind", { mode: 0o644 });
        writeWhole(file, "new", 0o600);
        assert.equal(readFileSync(file, "utf8"), "new");
        assert.equal(statSync(file).mode & 0o777, 0o600);
        assert.deepEqual(readdirSync(folder), ["secret"]);
    });

    it("is written where a link points to", () => {
        writeFileSync(join(folder, "file"), "old");
        symlinkSync("file", join(folder, "link"));
        writeWhole(join(folder, "link"), "new", 0o644);
        assert.ok(lstatSync(join(folder, "link")).isSymbolicLink());
        assert.equal(readFileSync(join(folder, "file"), "utf8"), "new");
    });

    it("is never put in the place of a pipe, or of a device such as /dev/null", async () => {
        const pipe = join(folder, "pipe");
        assert.equal((await run("mkfifo", [pipe])).status, 0);
        const reading = run("cat", [pipe]);
        // In another process: opening a pipe waits for its reader.
        const code = `import("${new URL("../../ops/metrics.ts", import.meta.url).href}").then((m) => m.writeMetrics(${JSON.stringify(pipe)}, [["a", "b", 1]]))`;
        assert.equal((await run(process.execPath, ["-e", code])).status, 0);
        assert.match((await reading).stdout, /^a 1$/m);
        assert.ok(lstatSync(pipe).isFIFO());
    });
});
