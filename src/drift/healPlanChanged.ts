// What heal says when the server has changed since its plan was shown.

import { findingLines } from "./finding.ts";
import type { Differences } from "./healPlan.ts";

/**
 * What of a plan that was shown is not so any more, what was done before that was
 * seen, and how to go on: lines for a person.
 *
 * @param done what was done, in words; empty: nothing
 * @param again the command that shows what would be done now
 */
export function changedPlanLines(
    { added, gone }: Differences,
    done: readonly string[],
    again: string,
): string[] {
    return [
        "\nthe server is not as it was when this was shown:",
        ...added.flatMap((finding) => findingLines(finding, "  now: ")),
        ...gone.flatMap((finding) => findingLines(finding, "  no longer: ")),
        done.length === 0 ? "nothing has been changed" : `done before that was seen: ${done.join(", ")}`,
        `to see what would be done now: ${again}`,
    ];
}
