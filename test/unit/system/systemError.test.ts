import assert from "node:assert/strict";
import { mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeMetrics } from "../../../src/system/metrics.ts";
import { readBytes, readText } from "../../../src/system/readText.ts";
import { isSystemError, systemErrorWords } from "../../../src/system/systemError.ts";

/** What a call throws. */
function thrown(call: () => unknown): unknown {
    try {
        call();
    } catch (error) {
        return error;
    }
    throw new Error("it threw nothing");
}

describe("an error of the system", () => {
    let folder: string;
    before(() => (folder = mkdtempSync(join(tmpdir(), "nix-cache-words-"))));
    after(() => rmSync(folder, { recursive: true }));

    it("is said in plain words", () => {
        symlinkSync("circle", join(folder, "circle"));
        for (const [call, words] of [
            [() => readFileSync(join(folder, "none")), "there is no such file or folder"],
            [() => readFileSync(folder), "it is a folder"],
            [() => readFileSync("/dev/null/below"), "a part of its path is a file, not a folder"],
            [() => readFileSync(join(folder, "circle")), "its links go round in a circle"],
            [() => openSync(join(folder, "x".repeat(300)), "w"), "the name is too long"],
        ] as const) {
            const error = thrown(call);
            assert.equal(systemErrorWords(error), words);
        }
    });

    it("of a full disk is said so, and no code", function () {
        if (process.platform !== "linux") return;
        const error = thrown(() => writeSync(openSync("/dev/full", "w"), "x"));
        assert.ok(isSystemError(error));
        assert.equal(systemErrorWords(error), "no space is left on the disk");
        assert.throws(() => writeMetrics("/dev/full", [["a", "b", 1]]), {
            name: "UserError",
            message: "/dev/full cannot be written: no space is left on the disk",
        });
    });

    it("that is not known here has the system's words, and what is no such error its first line", () => {
        const error = Object.assign(new Error("EILSEQ: x"), { code: "EILSEQ", errno: -84 });
        assert.match(systemErrorWords(error), /^illegal byte sequence \(EILSEQ\)$/);
        assert.equal(systemErrorWords(new Error("one\nat two")), "one");
        assert.equal(systemErrorWords("text"), "text");
        assert.equal(
            systemErrorWords(Object.assign(new Error("x"), { code: "constructor" })),
            "x (constructor)",
        );
        assert.ok(!isSystemError(new TypeError("x")));
    });

    it("ends the reading of a file in one line, and nothing without an end is read for ever", () => {
        const message = (call: () => unknown) => (thrown(call) as Error).message;
        assert.equal(
            message(() => readText(join(folder, "none"))),
            `${join(folder, "none")} cannot be read: there is no such file or folder`,
        );
        assert.equal(
            message(() => readText(folder)),
            `${folder} cannot be read: it is a folder`,
        );
        assert.match(
            message(() => readBytes("/dev/zero")),
            /^\/dev\/zero has more than 16 MiB/,
        );
        writeFileSync(join(folder, "text"), "ä".repeat(100_000));
        assert.equal(readText(join(folder, "text")), "ä".repeat(100_000));
    });
});
