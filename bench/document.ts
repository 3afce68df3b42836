import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../sandbox/paths.ts";
import { plot } from "./plot.ts";
import type { Results } from "./results.ts";
import { table } from "./table.ts";

/** The documents that the bench writes, below the project's folder. */
export const DOCUMENTS = {
    page: "docs/performance.md",
    data: "docs/performance.json",
    plot: "docs/performance.svg",
};

const [BEGIN, END] = ["<!-- table: npm run bench -- --docs -->\n", "<!-- end of table -->"];

/** A page with the table in place of the one that it has. */
export function withTable(page: string, results: Results): string {
    const [start, end] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
    return `${page.slice(0, start)}\n\`\`\`text\n${table(results).join("\n").trimEnd()}\n\`\`\`\n\n${page.slice(end)}`;
}

/** Writes the results, the table and the plot into docs/. */
export function document(results: Results): void {
    const file = (name: string) => join(projectDir, name);
    writeFileSync(file(DOCUMENTS.data), `${JSON.stringify(results, undefined, 2)}\n`);
    writeFileSync(file(DOCUMENTS.plot), plot(results));
    writeFileSync(file(DOCUMENTS.page), withTable(readFileSync(file(DOCUMENTS.page), "utf8"), results));
}
