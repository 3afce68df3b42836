/** How a check came out. */
export type Result = "ok" | "warning" | "failure";

/** One check of the doctor. */
export interface Check {
    /** What was looked at: `TLS certificate`. */
    readonly name: string;
    readonly result: Result;
    /** What was seen. */
    readonly seen: string;
    /** What to do about it; only where it is not ok. */
    readonly advice?: string;
}

/** A check that came out well. */
export function ok(name: string, seen: string): Check {
    return { name, result: "ok", seen };
}

/** A check that came out badly, or nearly so. */
export function bad(name: string, result: "warning" | "failure", seen: string, advice: string): Check {
    return { name, result, seen, advice };
}

/** The checks as a table for a terminal, what to do below each that is not ok. */
export function table(checks: readonly Check[]): string {
    const width = Math.max(...checks.map(({ name }) => name.length));
    return checks
        .flatMap(({ name, result, seen, advice }) => [
            `${result.padEnd(7)}  ${name.padEnd(width)}  ${seen}`,
            ...(advice === undefined ? [] : [`${"".padEnd(9 + width)}  -> ${advice}`]),
        ])
        .join("\n");
}
