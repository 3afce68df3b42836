import { isLive, type Pin } from "../cache/pin.ts";
import { printable } from "../cache/problem.ts";
import { COLUMNS } from "../cache/wrap.ts";

/**
 * Pins as a table of at most 80 columns, each path whole on a line of its own
 * below its pin: it is what people copy.
 */
export function pinLines(pins: readonly Pin[], now: Date): string[] {
    const rows = pins.map((pin) => [
        pin.name,
        day(sinceOf(pin)),
        end(pin, now),
        String(pin.revisions.length),
        pin.by,
    ]);
    const head = ["NAME", "SINCE", "UNTIL", "REVISIONS", "BY"];
    const widths = head.map((_, column) =>
        Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
    );
    const line = (row: readonly string[]) =>
        printable(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
            .trimEnd()
            .slice(0, COLUMNS);
    return [
        line(head),
        ...pins.flatMap((pin, index) => [
            line(rows[index] ?? []),
            ...(pin.revisions[0]?.paths ?? []).map((path) => `  ${path}`),
        ]),
    ];
}

function sinceOf({ revisions }: Pin): Date | null {
    return revisions[0]?.since ?? null;
}

function day(time: Date | null): string {
    return time?.toISOString().slice(0, 10) ?? "-";
}

function end(pin: Pin, now: Date): string {
    if (pin.ended) return "ended";
    if (!isLive(pin, now)) return `over since ${day(pin.until)}`;
    return pin.until === null ? "no end" : day(pin.until);
}
