// What heal does about findings, and in which order.

import { printable } from "../cache/problem.ts";
import type { Finding, Removal } from "./finding.ts";

/**
 * What heal will do about findings, a line for each step.
 *
 * @param pending what the configuration says that was not deployed yet: the update deploys it too
 */
export function planSteps(findings: readonly Finding[], pending: readonly string[]): string[] {
    const again = new Set(
        findings.filter(({ makeAgain }) => makeAgain.length > 0).map(({ subject }) => subject),
    );
    return [
        ...removalsOf(findings).map(removalStep),
        ...[...again].map((subject) => `make again: ${printable(subject)}, and what depends on it`),
        pending.length === 0
            ? "run pulumi up with the stack's configuration"
            : `run pulumi up, which also deploys what the configuration has changed: ${pending.join(", ")}`,
    ];
}

/** In the order in which they are carried out, each once: several findings about one user have the same. */
export function removalsOf(findings: readonly Finding[]): Removal[] {
    const all = findings.flatMap(({ removals }) => removals);
    const each = [...new Map(all.map((removal) => [JSON.stringify(removal), removal])).values()];
    // MinIO suspends no versioning that replication needs.
    const isLate = ({ remove }: Removal) => Number(remove === "versioning");
    return each.sort((a, b) => isLate(a) - isLate(b));
}

const WRITE = "the write policy";

/** One removal, as a step of the plan. */
export function removalStep(removal: Removal): string {
    const { now, what, after = "" } = removalWords(removal);
    return `${now} ${what}${after}`;
}

/** One removal, as what was done: true also where nothing comes after it. */
export function removalDone(removal: Removal): string {
    const { past, what } = removalWords(removal);
    return `${past} ${what}`;
}

/** @returns what is done to what; `after`: what the update that follows makes of it */
function removalWords(removal: Removal): { now: string; past: string; what: string; after?: string } {
    const remove = { now: "remove", past: "removed" };
    switch (removal.remove) {
        case "user":
            return {
                ...remove,
                what: `user ${removal.user}`,
                after: ", who comes back at once with the stack's secret and nothing given by hand",
            };
        case "attachment": {
            const from = `${removal.isGroup ? "group" : "user"} ${printable(removal.from)}`;
            return { now: "take", past: "took", what: `${removal.words ?? WRITE} away from ${from}` };
        }
        case "target":
            return { ...remove, what: `the bucket's replication target ${printable(removal.arn)}` };
        case "versioning":
            return { now: "suspend", past: "suspended", what: "the bucket's versioning" };
        default:
            return { ...remove, what: `the bucket's ${removal.remove}` };
    }
}

/** How two looks at a server differ. */
export interface Differences {
    /** What only the later one found. */
    readonly added: readonly Finding[];
    /** What only the earlier one found. */
    readonly gone: readonly Finding[];
}

/** What of the findings has changed since a person has seen them. */
export function differences(shown: readonly Finding[], now: readonly Finding[]): Differences {
    const without = (of: readonly Finding[], others: readonly Finding[]) => {
        const known = new Set(others.map((finding) => JSON.stringify(finding)));
        return of.filter((finding) => !known.has(JSON.stringify(finding)));
    };
    return { added: without(now, shown), gone: without(shown, now) };
}
