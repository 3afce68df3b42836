import assert from "node:assert/strict";
import { ServerError } from "../../../src/cache/serverError.ts";
import { PathError } from "../../../src/cache/faults.ts";
import type { Outcome, PushEvent } from "../../../src/push/batch/outcome.ts";
import { after, NOTHING, progressWords, skippedWords } from "../../../src/push/direct/progress.ts";
import { complaints, dryRunLines, report, summary } from "../../../src/push/direct/report.ts";
import { EXIT } from "../../../src/system/exitStatus.ts";

const KIB = 1024;
const PLANNED: PushEvent = {
    kind: "planned",
    paths: 3,
    bytes: 30 * KIB,
    there: 7,
    filtered: { upstreamKey: 2, upstreamCache: 0, tooLarge: 1, pattern: 0 },
};
const EVENTS: PushEvent[] = [
    PLANNED,
    { kind: "nar", path: "/a", bytes: 10 * KIB, sent: 4 * KIB },
    // It was there already.
    { kind: "nar", path: "/b", bytes: 5 * KIB, sent: 0 },
];
const SUMS = EVENTS.reduce(after, NOTHING);
const pushed: Outcome = { kind: "pushed", closure: 4, uploaded: 2, elsewhere: 2, renewed: 1 };

describe("the progress of a push", () => {
    it("counts paths, bytes and what went over the line", () => {
        assert.deepEqual([SUMS.paths, SUMS.donePaths, SUMS.doneBytes, SUMS.sent], [3, 2, 15 * KIB, 4 * KIB]);
        assert.equal(progressWords(SUMS, 1_500), ": 2 of 3 paths, 15 KiB of 30 KiB, 10 KiB/s");
        assert.equal(progressWords(NOTHING, 1_500), "");
    });

    it("says why what is not sent", () => {
        assert.equal(
            skippedWords(SUMS),
            "7 in the cache already, 2 signed by an upstream's key, 1 too large, or referring to such a path",
        );
        assert.equal(skippedWords(NOTHING), undefined);
    });
});

describe("the report of a push", () => {
    const outcomes = (...all: Outcome[]) => new Map(all.map((one, n) => [`/nix/store/${n}`, one]));
    const failed: Outcome = { kind: "failed", error: new PathError("it is damaged\nand more") };
    const waits: Outcome = {
        kind: "waits",
        error: new ServerError("https://x does not answer"),
        tried: true,
    };

    it("ends well where all is pushed, or left out as it was asked for", () => {
        const leftOut: Outcome = { kind: "leftOut", reason: "its name is excluded (x)" };
        const done = report(outcomes(pushed, leftOut), SUMS, 1_234);
        assert.equal(done.status, EXIT.ok);
        assert.deepEqual(summary(done), [
            "pushed    1 of 2 with all that they need, in 1.2 s",
            "uploaded  2 paths, 15 KiB, 4 KiB compressed",
            "skipped   7 in the cache already, 2 signed by an upstream's key, 1 too large, or referring to such a path",
            "renewed   1 object that would have expired too early",
        ]);
        assert.deepEqual(complaints(done), ["/nix/store/1 is left out: its name is excluded (x)"]);
    });

    it("tells a path's own fault from a server that is away", () => {
        const own = report(outcomes(pushed, failed), SUMS, 1);
        assert.equal(own.status, EXIT.failed);
        assert.deepEqual(complaints(own), ["/nix/store/1 was not pushed: it is damaged"]);
        const away = report(outcomes(failed, waits, waits), SUMS, 1);
        assert.equal(away.status, EXIT.unreachable);
        assert.deepEqual(complaints(away), [
            "/nix/store/0 was not pushed: it is damaged",
            "2 of the paths were not pushed: https://x does not answer",
        ]);
    });
});

describe("a dry run", () => {
    it("lists what would be sent with its size, and what is left out with the reason", () => {
        const { there, filtered } = SUMS;
        const lines = dryRunLines({
            upload: [
                { path: "/a", bytes: 2048 },
                { path: "/b", bytes: 1 },
            ],
            there,
            filtered,
            leftOut: [{ path: "/c", reason: "it refers to /d" }],
            bad: [],
        });
        assert.deepEqual(lines.slice(0, 4), [
            "      2 KiB  /a",
            "    1 bytes  /b",
            "   left out  /c: it refers to /d",
            "would upload 2 paths, 2 KiB before compression",
        ]);
        assert.match(lines[4] ?? "", /^would skip 7 in the cache already, /);
    });
});
