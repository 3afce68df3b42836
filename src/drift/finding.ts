import { printable } from "../cache/problem.ts";

/** Something on the server that only has to be taken away, and that no resource of the stack stands for. */
export type Removal =
    | { readonly remove: "user"; readonly user: string }
    | {
          readonly remove:
              "quota" | "lifecycle" | "encryption" | "replication" | "cors" | "tags" | "notifications";
      }
    | { readonly remove: "versioning" }
    | { readonly remove: "target"; readonly arn: string }
    | {
          readonly remove: "attachment";
          /** The user or group that loses this policy, and keeps whatever else it has. */
          readonly from: string;
          readonly isGroup: boolean;
          readonly policy: string;
      };

/** One difference between the server and what the stack declares. */
export interface Finding {
    /** Which thing, as its owner calls it: `user nixbuilder`. */
    readonly subject: string;
    /** What it is on the server: `disabled on the server`. */
    readonly is: string;
    /** What it should be: `enabled`. */
    readonly shouldBe: string;
    /** URNs of resources to take out of the state, so that the next `up` makes them again. */
    readonly makeAgain: readonly string[];
    /** What has to be taken away on the server first. */
    readonly removals: readonly Removal[];
    /** What is lost even when it is healed, and what its owner can do about it. */
    readonly remains?: string;
    /** Set when MinIO cannot undo it: what its owner can do. */
    readonly beyondRepair?: string;
}

/** Whether nothing can be done about it: MinIO cannot undo it, and there is nothing to take away either. */
export function isFinal(finding: Finding): boolean {
    return (
        finding.beyondRepair !== undefined && finding.removals.length === 0 && finding.makeAgain.length === 0
    );
}

/** Whether heal can put all of it back. */
export function isRepairable({ beyondRepair, remains }: Finding): boolean {
    return beyondRepair === undefined && remains === undefined;
}

/** A finding as one line for a terminal. */
export function findingLine(finding: Finding): string {
    const line = `${finding.subject}: ${finding.is}, should be ${finding.shouldBe}`;
    // Names of policies, groups and keys are whatever somebody has given them.
    return printable(
        finding.beyondRepair === undefined ? line : `${line}; cannot be undone: ${finding.beyondRepair}`,
    );
}

/** A finding as the program's warning, which Pulumi prints among other lines. */
export function driftWarning(line: string): string {
    return `not as last deployed: ${line}`;
}
