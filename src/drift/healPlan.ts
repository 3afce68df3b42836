import { printable } from "../cache/problem.ts";
import type { Finding, Removal } from "./finding.ts";

/** What heal will do about findings, a line for each step. */
export function planSteps(findings: readonly Finding[]): string[] {
    const again = new Set(
        findings.filter(({ makeAgain }) => makeAgain.length > 0).map(({ subject }) => subject),
    );
    return [
        ...removalsOf(findings).map(removalStep),
        ...[...again].map((subject) => `make again: ${printable(subject)}`),
        "run pulumi up with the stack's configuration",
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
    switch (removal.remove) {
        case "user":
            return `remove user ${removal.user}, who comes back at once with the stack's secret and nothing given by hand`;
        case "attachment":
            return `take ${removal.words ?? WRITE} away from ${removal.isGroup ? "group" : "user"} ${printable(removal.from)}`;
        case "target":
            return `remove the bucket's replication target ${printable(removal.arn)}`;
        case "versioning":
            return "suspend the bucket's versioning";
        default:
            return `remove the bucket's ${removal.remove}`;
    }
}

/** One removal, as what was done: true also where nothing comes after it. */
export function removalDone(removal: Removal): string {
    switch (removal.remove) {
        case "user":
            return `removed user ${removal.user}`;
        case "attachment":
            return `took ${removal.words ?? WRITE} away from ${removal.isGroup ? "group" : "user"} ${printable(removal.from)}`;
        case "target":
            return `removed the bucket's replication target ${printable(removal.arn)}`;
        case "versioning":
            return "suspended the bucket's versioning";
        default:
            return `removed the bucket's ${removal.remove}`;
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
