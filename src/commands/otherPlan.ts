import { findingLine } from "../drift/finding.ts";
import type { DriftReport } from "./drift.ts";
import type { Differences } from "../drift/healPlan.ts";
import { account } from "../system/ledger.ts";

/** The server is not as it was when the plan was shown. */
export class OtherPlan extends Error {
    readonly report: DriftReport;
    readonly differences: Differences;

    constructor(report: DriftReport, found: Differences) {
        super("what differs on the server is not what was shown");
        this.report = report;
        this.differences = found;
    }
}

/** Says what of a plan that was shown is not so any more, what was done before that was seen, and how to go on. */
export function sayDifferences({ added, gone }: Differences, say: (line: string) => void): void {
    say("\nthe server is not as it was when this was shown:");
    added.forEach((finding) => say(`  now: ${findingLine(finding)}`));
    gone.forEach((finding) => say(`  no longer: ${findingLine(finding)}`));
    const done = account();
    say(done.length === 0 ? "nothing has been changed" : `done before that was seen: ${done.join(", ")}`);
    say("to see what would be done now: npm run -s heal");
}
