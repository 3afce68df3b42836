import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { readPage, type Page } from "./markdown.ts";

const MANUAL = readdirSync(join(projectDir, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`);

const PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...MANUAL].map((file) =>
    readPage(projectDir, file),
);

/** A front page is read from top to bottom. */
const FRONT_PAGE_LINES = 250;
const PROSE_WIDTH = 100;

describe("the documents", () => {
    it("link to what is there: files and headings", () => {
        const dead = PAGES.flatMap((page) => page.links.flatMap((link) => deadLink(page, link) ?? []));
        assert.deepEqual(dead, []);
    });

    it("can all be reached from the front page", () => {
        const seen = new Set<string>();
        const visit = (file: string) => {
            if (seen.has(file)) return;
            seen.add(file);
            const page = PAGES.find((one) => one.file === file);
            page?.links.forEach((link) => {
                const target = fileOf(page, link);
                if (target !== undefined) visit(target);
            });
        };
        visit("README.md");
        assert.ok(MANUAL.length >= 10, "the manual is gone");
        assert.deepEqual(
            PAGES.filter(({ file }) => !seen.has(file)).map(({ file }) => file),
            [],
        );
    });

    it("have a front page that can be read from top to bottom, and a question at the top of each page of the manual", () => {
        const [front] = PAGES;
        assert.ok(front !== undefined && front.lines.length <= FRONT_PAGE_LINES, "README.md is too long");
        const others = PAGES.filter(({ file }) => file.startsWith("docs/"));
        assert.deepEqual(
            others.filter(({ lines }) => !/^# .+\?$/.test(lines[0] ?? "")).map(({ file }) => file),
            [],
        );
    });

    it(`have prose of at most ${PROSE_WIDTH} characters a line`, () => {
        const long = PAGES.flatMap(({ file, prose }) =>
            prose
                .filter(([, line]) => !line.startsWith("|") && asRead(line).length > PROSE_WIDTH)
                .map(([number]) => `${file}:${number}`),
        );
        assert.deepEqual(long, []);
    });
});

describe("the check of links", () => {
    const page = readPage(projectDir, "docs/server.md");

    it("finds a file, a heading and a heading of the same page that are not there", () => {
        const links = ["nowhere.md", "../README.md#nowhere", "#nowhere"];
        assert.deepEqual(
            links.map((link) => deadLink(page, link)),
            links.map((link) => `docs/server.md: ${link}`),
        );
    });

    it("lets pass what is there, and what is elsewhere", () => {
        for (const link of ["hosts.md", "../README.md", "../nixos", "#what-to-run", "https://example.org/x"])
            assert.equal(deadLink(page, link), undefined);
    });
});

/** A line without the addresses of its links, which cannot be broken. */
function asRead(line: string): string {
    return line.replace(/\]\([^)]*\)/g, "]");
}

/** The file that a link leads to, from the project's folder; undefined: it is elsewhere. */
function fileOf({ file }: Page, link: string): string | undefined {
    if (/^[a-z]+:/.test(link)) return undefined;
    const [path = ""] = link.split("#");
    return path === "" ? file : normalize(join(dirname(file), path));
}

/** What is wrong with a link; undefined: nothing. */
function deadLink(page: Page, link: string): string | undefined {
    const target = fileOf(page, link);
    if (target === undefined) return undefined;
    const [, anchor] = link.split("#");
    const isThere =
        existsSync(join(projectDir, target)) &&
        (anchor === undefined || readPage(projectDir, target).anchors.has(anchor));
    return isThere ? undefined : `${page.file}: ${link}`;
}
