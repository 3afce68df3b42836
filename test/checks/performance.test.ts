import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DOCUMENTS, withTable } from "../../bench/document.ts";
import { plot } from "../../bench/plot.ts";
import type { Results } from "../../bench/results.ts";
import { projectDir } from "../../sandbox/paths.ts";

const text = (file: string) => readFileSync(join(projectDir, file), "utf8");

describe("the page about performance", () => {
    const results = JSON.parse(text(DOCUMENTS.data)) as Results;

    it("has the table and the plot of its numbers", () => {
        const page = text(DOCUMENTS.page);
        assert.equal(page, withTable(page, results));
        assert.equal(text(DOCUMENTS.plot), plot(results));
    });

    it("has a plot that needs nothing else, with a point for each row", () => {
        const svg = plot(results);
        assert.doesNotMatch(svg, /<script|<image|href=|url\(/);
        assert.match(svg, /prefers-color-scheme:dark/);
        const pushes = results.tasks.filter(({ name }) => !/^(hook|stack)/.test(name));
        for (const { title } of pushes) assert.ok(svg.includes(title.split(" ")[0] ?? ""), title);
    });
});
