import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import {
    bareWord,
    comment,
    hereEnd,
    nixLines,
    nixString,
    shellWord,
    withoutExpressions,
} from "../../../src/hosts/quoting.ts";

describe("a word for the shell", () => {
    it("is the same text there, whatever is in it", () => {
        const text = fc
            .string({ unit: "binary-ascii", maxLength: 30 })
            .map((one) => one.replaceAll("\0", ""));
        fc.assert(
            fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (texts) => {
                const words = texts.flatMap((one) => [shellWord(one), bareWord(one)]).join(" ");
                const got = execFileSync("sh", ["-c", `printf '%s\\0' ${words}`], { encoding: "utf8" });
                assert.deepEqual(
                    got.split("\0").slice(0, -1),
                    texts.flatMap((one) => [one, one]),
                );
            }),
            { numRuns: 50 },
        );
    });
});

describe("a word for people who read the command", () => {
    for (const text of ["https://s3.homelab.local:9000/nix-cache", "ci@home.lab_1+x-y", "a,b%20"])
        it(`is bare where it may be: ${text}`, () => assert.equal(bareWord(text), text));
    for (const text of ["", "~", "a b", "$x", "a;b", "a&b", "[::1]", "a\n", "#a", "!a", "a=b", "{a,b}", "é"])
        it(`is quoted where it must be: ${JSON.stringify(text)}`, () =>
            assert.equal(bareWord(text), shellWord(text)));
});

describe("a comment", () => {
    it("is one on every line, whatever ends a line somewhere", () => {
        assert.equal(comment("a"), "# a\n");
        assert.equal(comment("a\nid\r\nid\u2028id\rid"), "# a\n# id\n# id\n# id\n# id\n");
    });
});

describe("the end of a here-document", () => {
    for (const [content, end] of [
        ["a\nEOFF\n", "EOF"],
        ["EOF\ntouch pwned\nEOFF\n", "EOFFF"],
    ] as const) {
        it(`is ${end} for ${JSON.stringify(content)}, which a shell gives back whole`, () => {
            assert.equal(hereEnd(content), end);
            const script = `cat <<'${end}'\n${content}${end}\n`;
            assert.equal(execFileSync("sh", ["-c", script], { encoding: "utf8" }), content);
        });
    }
});

describe("text for GitHub Actions", () => {
    it("holds no expression but the two characters that begin one", () => {
        assert.equal(withoutExpressions("a ${{ secrets.X }}"), "a ${{ '${{' }} secrets.X }}");
        assert.equal(withoutExpressions("$x ${x} {{x}}"), "$x ${x} {{x}}");
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
        assert.equal(nixLines("a\n\n''${b}\n", 2), "''\n    a\n\n    ''\\'''\\'''\\${b}\n  ''");
    });
});
