import { printable } from "../cache/problem.ts";
import { once, warningIn } from "./pulumiOutput.ts";
import type { Changes } from "./upStack.ts";

/** What a run of Pulumi has said that people want to know. */
export interface Followed {
    /** A line for each resource that was, or would be, changed. */
    readonly changes: readonly string[];
    /** Each warning once. */
    readonly warnings: readonly string[];
    /** Takes each line that Pulumi prints. */
    readonly onLine: (line: string) => void;
}

/**
 * Follows a run of Pulumi.
 *
 * @param changeIn finds a change in a line
 * @param say takes what is to be shown, as it comes
 */
export function follow(
    changeIn: (line: string) => string | undefined,
    say: (line: string) => void,
): Followed {
    const changes: string[] = [];
    const warnings: string[] = [];
    const change = once((line: string) => {
        changes.push(line);
        say(printable(line));
    });
    const warn = once((warning: string) => {
        warnings.push(warning);
        say(`warning: ${printable(warning)}`);
    });
    const onLine = (line: string) => {
        change(changeIn(line));
        warn(warningIn(line));
    };
    return { changes, warnings, onLine };
}

/** What was or would be changed, in few words: `create 3, update 1`; undefined: nothing. */
export function summary(changes: Changes): string | undefined {
    const counts = Object.entries(changes).filter(([what]) => what !== "same" && what !== "read");
    return counts.length === 0
        ? undefined
        : counts.map(([what, count]) => `${what} ${count ?? 0}`).join(", ");
}

/** Whether a line is of the resource that stands for drift in a preview (components/driftMarker.ts). */
export function isMarker(line: string): boolean {
    return line.includes(" random:index:RandomUuid drift ");
}
