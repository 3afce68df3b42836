import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { nixLines, nixString, shellWord } from "../../cache/quoting.ts";

describe("a word for the shell", () => {
    it("is the same text there, whatever is in it", () => {
        const text = fc
            .string({ unit: "binary-ascii", maxLength: 30 })
            .map((one) => one.replaceAll("\0", ""));
        fc.assert(
            fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (texts) => {
                const words = texts.map(shellWord).join(" ");
                const got = execFileSync("sh", ["-c", `printf '%s\\0' ${words}`], { encoding: "utf8" });
                assert.deepEqual(got.split("\0").slice(0, -1), texts);
            }),
            { numRuns: 50 },
        );
    });
});

describe("a string of the Nix language", () => {
    for (const [text, expected] of [
        ["https://s3.homelab.local", '"https://s3.homelab.local"'],
        ['a"b\\c', String.raw`"a\"b\\c"`],
        ["${x} $x $${y}", String.raw`"\${x} $x $\${y}"`],
        ["two\nlines\r", String.raw`"two\nlines\r"`],
    ] as const) {
        it(`is ${expected}`, () => assert.equal(nixString(text), expected));
    }

    it("over several lines is indented, and escaped in its own way", () => {
        assert.equal(nixLines("a\n\n''${b}\n", 2), "''\n    a\n\n    '''''${b}\n  ''");
    });
});
