import assert from "node:assert/strict";
import {
    lchownSync,
    lstatSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmdirSync,
    rmSync,
    statSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { removeUnfinished, unfinishedName } from "../../../src/system/unfinished.ts";
import { createDurable, writeDurable, writeWhole } from "../../../src/system/wholeFile.ts";
import { run } from "../../../src/system/run.ts";

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

    it("is written under a name that nobody can have made before, and leaves none of it when it fails", () => {
        const file = join(folder, "file");
        // What another user of the folder would put in the way of a name that can be known.
        writeFileSync(join(folder, "precious"), "precious");
        symlinkSync("precious", `${file}.unfinished`);
        writeWhole(file, "new", 0o644);
        assert.equal(readFileSync(join(folder, "precious"), "utf8"), "precious");
        assert.deepEqual(readdirSync(folder).sort(), ["file", "precious"]);
        mkdirSync(`${file}.unfinished`);
        writeWhole(file, "newer", 0o644);
        rmdirSync(`${file}.unfinished`);
        mkdirSync(join(folder, "folder"));
        assert.throws(() => writeWhole(join(folder, "folder"), "new", 0o644), { code: "EISDIR" });
        assert.deepEqual(readdirSync(folder).sort(), ["file", "folder", "precious"]);
    });

    it("clears away what a killed run has left, and not what another one is writing now", () => {
        const file = join(folder, "file");
        const [dead, alive] = ["0123456789abcdef", "fedcba9876543210"].map((random) =>
            join(folder, unfinishedName("file", random)),
        ) as [string, string];
        for (const one of [dead, alive, join(folder, ".other.0123456789abcdef.unfinished")])
            writeFileSync(one, "half");
        utimesSync(dead, 0, 0);
        writeDurable(file, "new", 0o644);
        assert.deepEqual(readdirSync(folder).sort(), [
            basename(alive),
            ".other.0123456789abcdef.unfinished",
            "file",
        ]);
        removeUnfinished(file, true);
        assert.deepEqual(readdirSync(folder).sort(), [".other.0123456789abcdef.unfinished", "file"]);
    });

    it("has its mode whatever the umask is, and may have a name of 255 bytes", () => {
        const before = process.umask(0o077);
        try {
            const file = join(folder, "ä".repeat(127));
            writeWhole(file, "new", 0o644);
            assert.equal(statSync(file).mode & 0o777, 0o644);
        } finally {
            process.umask(before);
        }
    });

    it("is made only where nothing is, when it is to be a new one", () => {
        const file = join(folder, "file");
        assert.equal(createDurable(file, "first", 0o600), true);
        assert.equal(createDurable(file, "second", 0o600), false);
        symlinkSync("nowhere", join(folder, "link"));
        assert.equal(createDurable(join(folder, "link"), "third", 0o600), false);
        assert.equal(readFileSync(file, "utf8"), "first");
        assert.deepEqual(readdirSync(folder).sort(), ["file", "link"]);
    });

    it("is not written through a link that leads nowhere, or that another user has made", function () {
        symlinkSync("nowhere", join(folder, "link"));
        assert.throws(
            () => writeWhole(join(folder, "link"), "new", 0o644),
            /is a link to something that is not there$/,
        );
        assert.deepEqual(readdirSync(folder), ["link"]);
        // Only root can make a link somebody else's.
        if (process.getuid?.() !== 0) return;
        writeFileSync(join(folder, "precious"), "precious");
        symlinkSync("precious", join(folder, "theirs"));
        lchownSync(join(folder, "theirs"), 65534, 65534);
        assert.throws(
            () => writeWhole(join(folder, "theirs"), "new", 0o644),
            /a link that another user has made/,
        );
        assert.equal(readFileSync(join(folder, "precious"), "utf8"), "precious");
    });

    it("is whole when a signal comes while it is written, and the signal is obeyed", async () => {
        const file = join(folder, "file");
        // The signal is sent by the very process that writes, so it comes before the writing has ended.
        const code = `const { writeDurable } = await import("${new URL("../../../src/system/wholeFile.ts", import.meta.url).href}");
            const { unbroken } = await import("${new URL("../../../src/system/unbroken.ts", import.meta.url).href}");
            unbroken(() => { process.kill(process.pid, "SIGTERM"); writeDurable(${JSON.stringify(file)}, "x".repeat(5e6), 0o600); });
            setTimeout(() => console.log("it goes on"), 10_000);`;
        const { status, stdout } = await run(process.execPath, ["--input-type=module", "-e", code]);
        assert.deepEqual({ status, stdout }, { status: null, stdout: "" });
        assert.equal(statSync(file).size, 5e6);
        assert.deepEqual(readdirSync(folder), ["file"]);
    });

    it("is never put in the place of a pipe, or of a device such as /dev/null", async () => {
        const pipe = join(folder, "pipe");
        assert.equal((await run("mkfifo", [pipe])).status, 0);
        const reading = run("cat", [pipe]);
        // In another process: opening a pipe waits for its reader.
        const code = `import("${new URL("../../../src/system/metrics.ts", import.meta.url).href}").then((m) => m.writeMetrics(${JSON.stringify(pipe)}, [["a", "b", 1]]))`;
        assert.equal((await run(process.execPath, ["-e", code])).status, 0);
        assert.match((await reading).stdout, /^a 1$/m);
        assert.ok(lstatSync(pipe).isFIFO());
    });
});
