import assert from "node:assert/strict";
import { printable, shown, UserError } from "../../../src/cache/problem.ts";
import { findingLine } from "../../../src/drift/finding.ts";
import { bad, table } from "../../../src/doctor/check.ts";
import { reportLines } from "../../../src/push/report.ts";
import { ServerError } from "../../../src/cache/serverError.ts";

/** Sets the terminal's title, clears it, and begins a line of its own. */
const HOSTILE = "x\u001b]0;owned\u0007\u001b[2J\u009b2J\u007f\r\nnix-cache: all ok";
/** What a terminal would obey; a line end that the program itself has put between two lines is none. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/;

describe("text of somebody else on a terminal", () => {
    it("is shown with its control characters written out", () => {
        assert.equal(printable("a\u001b[2Jb\u009b"), "a\\u001b[2Jb\\u009b");
        assert.equal(printable("größe ✓ /nix/store"), "größe ✓ /nix/store");
    });

    const finding = {
        subject: `policy ${HOSTILE}`,
        is: HOSTILE,
        shouldBe: "gone",
        removals: [],
        makeAgain: [],
    };
    const failed = { path: HOSTILE, queued: "", tries: 1, outages: 0, lastError: HOSTILE };
    const report = { folder: "/q", waiting: 0, limit: 1, failed: [failed], dropped: 0, pushed: 0 };
    const lines: readonly [string, string][] = [
        ["a value", shown(HOSTILE)],
        ["a drift finding", findingLine(finding)],
        ["a check of the doctor", table([bad("content", "failure", HOSTILE, "look")])],
        ...reportLines({ ...report, lastError: { at: "", path: "", message: HOSTILE } }).map(
            (line): [string, string] => ["the queue's report", line],
        ),
    ];
    for (const [what, line] of lines)
        it(`is obeyed in no line of ${what}: ${line.slice(0, 12)}`, () => {
            assert.doesNotMatch(line, OBEYED);
            assert.equal(
                line.split("\n").some((one) => one.startsWith("nix-cache: all ok")),
                false,
            );
        });

    it("is obeyed in no error, whose own lines stay", () => {
        const { message } = new ServerError(`s3 answers ${HOSTILE}`);
        assert.doesNotMatch(message, OBEYED);
        assert.equal(new UserError("one\ntwo").message, "one\ntwo");
    });
});
