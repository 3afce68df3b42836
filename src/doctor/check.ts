import { printable } from "../cache/problem.ts";
import { wrapped } from "../cache/wrap.ts";

/** How a check came out. */
export type Result = "ok" | "warning" | "failure";

/** One check of the doctor. */
export interface Check {
    /** What was looked at: `TLS certificate`. */
    readonly name: string;
    readonly result: Result;
    /** What was seen. */
    readonly seen: string;
    /** What to do about it, in a line or more; only where it is not ok. */
    readonly advice?: string;
    /** What was found, a line each. Default: no more than {@link seen} says. */
    readonly details?: readonly string[];
}

/** A check that came out well. */
export function ok(name: string, seen: string): Check {
    return { name, result: "ok", seen };
}

/** A check that came out badly, or nearly so. */
export function bad(name: string, result: "warning" | "failure", seen: string, advice: string): Check {
    return { name, result, seen, advice };
}

/** Not below the names: store paths are long, and a terminal has 80 columns. */
const INDENT = "".padEnd(9);

/** The checks as a table for a terminal, what to do below each that is not ok. */
export function table(checks: readonly Check[]): string {
    const width = Math.max(...checks.map(({ name }) => name.length));
    return checks
        .flatMap(({ name, result, seen, advice, details = [] }) => [
            ...wrapped(printable(seen), `${result.padEnd(7)}  ${name.padEnd(width)}  `),
            ...details.flatMap((line) =>
                wrapped(printable(line.trimStart()), INDENT + blanks(line), `${INDENT}    `),
            ),
            ...(advice ?? "")
                .split("\n")
                .filter((line) => line !== "")
                .flatMap((line, index) =>
                    wrapped(printable(line), `${INDENT}${index === 0 ? "-> " : "   "}`),
                ),
        ])
        .join("\n");
}

/** What a line begins with. */
function blanks(line: string): string {
    return line.slice(0, line.length - line.trimStart().length);
}
