// What a finding is, and its lines for a person; the words in it are made in findings/.

import { printable } from "../cache/problem.ts";
import { wrapped } from "../cache/wrap.ts";

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
          /** What it is called. Default: the write policy. */
          readonly words?: string;
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

/** A finding as one line, for the program's warnings. */
export function findingLine(finding: Finding): string {
    return [differs(finding), ...advice(finding)].join("; ");
}

/**
 * A finding for people at a terminal: what differs, and below it what its owner
 * can do where heal cannot.
 *
 * @param first what its first line begins with; the others stand two columns further in. Default: nothing
 */
export function findingLines(finding: Finding, first = ""): string[] {
    const below = " ".repeat(first.length - first.trimStart().length + 2);
    return [
        ...wrapped(differs(finding), first, below),
        ...advice(finding).flatMap((line) => wrapped(line, `${below}-> `)),
    ];
}

/** Names of policies, groups and keys are whatever somebody has given them. */
function differs({ subject, is, shouldBe }: Finding): string {
    return printable(`${subject}: ${is}, should be ${shouldBe}`);
}

function advice({ beyondRepair }: Finding): string[] {
    return beyondRepair === undefined ? [] : [printable(`cannot be undone: ${beyondRepair}`)];
}

/** A finding as the program's warning, which Pulumi prints among other lines. */
export function driftWarning(line: string): string {
    return `not as last deployed: ${line}`;
}
