import assert from "node:assert/strict";
import {
    renewComplaints,
    renewLines,
    renewMetrics,
    renewStatus,
    type Renewal,
} from "../../../src/push/renewReport.ts";
import { RENEWAL } from "./renewal.ts";
import { EXIT } from "../../../src/system/exitStatus.ts";
import { ServerError } from "../../../src/cache/serverError.ts";

const path = (name: string) => `/nix/store/${"0".repeat(32)}-${name}`;
const renewal = (kept: Partial<Renewal["kept"]>, rest: Partial<Renewal> = {}): Renewal => ({
    ...RENEWAL,
    pinned: new Map([[path("a"), ["laptop", "desk"]]]),
    kept: { ...RENEWAL.kept, ...kept },
    ...rest,
});

describe("what renewing reports", () => {
    for (const [what, kept, status] of [
        ["all is well", {}, EXIT.ok],
        ["something is in another cache", { elsewhere: [path("a")] }, EXIT.ok],
        ["something is missing", { missing: [path("a")] }, EXIT.doctorWarning],
        ["another cache could not be asked", { unknown: [path("a")] }, EXIT.doctorWarning],
        ["something goes soon", { soon: [path("a")] }, EXIT.doctorWarning],
        [
            "something failed",
            { failed: new Map([[path("a"), new Error("no")]]), missing: [path("b")] },
            EXIT.failed,
        ],
        ["the server went away", { fatal: new ServerError("gone") }, EXIT.unreachable],
    ] as const)
        it(`ends with ${status} where ${what}`, () => {
            assert.equal(renewStatus(renewal(kept)), status);
        });

    it("fits 80 columns, but for paths", () => {
        const worst = renewal(
            {
                missing: [path("a")],
                unknown: [path("b"), path("c")],
                soon: Array.from({ length: 12 }, (_, index) => path(`soon-${index}`)),
                failed: new Map([[path("a"), new Error("it is gone meanwhile")]]),
                elsewhere: [path("d")],
                here: 123_456,
                bytes: 5_000_000_000,
            },
            { others: 12, unpushed: 3 },
        );
        const lines = [...renewLines(worst), ...renewComplaints(worst)];
        assert.deepEqual(
            lines.filter((line) => line.length > 80 && !line.startsWith("  /nix/store/")),
            [],
        );
        assert.ok(lines.includes(`  ${path("a")}  (laptop, desk)`));
        assert.ok(lines.includes("  and 2 more: --json lists them"));
    });

    it("says what never expires, and of a dry run that nothing was changed", () => {
        const lines = renewLines(renewal({ first: Infinity, firstBefore: Infinity }, { dryRun: true }));
        assert.deepEqual(lines, [
            "alive      3 paths, 2 KiB, of 1 pin",
            "to renew   2 paths; nothing was changed",
            "expiry     nothing of it ever expires",
        ]);
        const names = renewMetrics(renewal({ first: Infinity }), EXIT.ok).map(([name]) => name);
        assert.ok(!names.includes("nix_cache_alive_until_seconds"));
    });
});
