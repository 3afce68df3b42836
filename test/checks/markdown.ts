import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A Markdown document of the project, as far as the checks need it. */
export interface Page {
    /** Its path from the project's folder. */
    readonly file: string;
    readonly lines: readonly string[];
    /** Lines outside code blocks, with their numbers from 1. */
    readonly prose: readonly (readonly [number: number, line: string])[];
    /** What is in code blocks, lines that go on put together, and what is between backticks. */
    readonly code: readonly string[];
    /** Where its links lead, as they stand there; pictures too. */
    readonly links: readonly string[];
    /** What a link may name after `#`. */
    readonly anchors: ReadonlySet<string>;
}

/** Reads a document. */
export function readPage(root: string, file: string): Page {
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    const prose: [number, string][] = [];
    const code: string[] = [];
    let isCode = false;
    for (const [index, line] of lines.entries()) {
        if (/^\s*```/.test(line)) isCode = !isCode;
        else if (isCode) code.push(line);
        else prose.push([index + 1, line]);
    }
    const text = prose.map(([, line]) => line).join("\n");
    return {
        file,
        lines,
        prose,
        code: [
            ...code
                .join("\n")
                .replace(/\\\n\s*/g, "")
                .split("\n"),
            ...names(text).map((span) => span.replace(/\s+/g, " ")),
        ],
        links: [...text.replace(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? ""),
        anchors: anchors(prose.flatMap(([, line]) => /^#+ +(.+)$/.exec(line)?.[1] ?? [])),
    };
}

/** What GitHub makes of headings: the second of the same text gets `-1`. */
function anchors(headings: readonly string[]): Set<string> {
    const all = new Set<string>();
    for (const heading of headings) {
        const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
        const slug = text.replace(/[^\p{Letter}\p{Number}\s_-]/gu, "").replace(/\s/g, "-");
        let name = slug;
        for (let count = 1; all.has(name); count += 1) name = `${slug}-${count}`;
        all.add(name);
    }
    return all;
}

/**
 * The cells of a table, without its head.
 *
 * @param under heading of the section that the table is in
 * @throws where there is no such table
 */
export function table({ file, lines }: Page, under: string): string[][] {
    const from = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === under);
    const head = lines.findIndex((line, index) => index > from && /^\| ?-/.test(line));
    if (from < 0 || head < 0) throw new Error(`${file} has no table under "${under}"`);
    const rows = lines.slice(head + 1);
    const end = rows.findIndex((line) => !line.startsWith("|"));
    return rows.slice(0, end < 0 ? undefined : end).map((row) =>
        row
            .split("|")
            .slice(1, -1)
            .map((cell) => cell.trim()),
    );
}

/** What stands between backticks, as in a cell of a table. */
export function names(text: string | undefined): string[] {
    return [...(text ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? "");
}
