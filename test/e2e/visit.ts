import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/** A page that is looked at, and what it did beyond being shown. */
export interface Visit {
    readonly page: Page;
    /** Addresses that it asked for. */
    readonly requests: readonly string[];
    /** What the console, failed requests and dialogs say. */
    readonly complaints: readonly string[];
}

/** Opens an address in a window of its own, for as long as it is looked at. */
export async function visit<T>(
    browser: Browser,
    address: string,
    options: BrowserContextOptions,
    look: (visit: Visit) => Promise<T>,
): Promise<T> {
    const context = await browser.newContext(options);
    try {
        const requests: string[] = [];
        const complaints: string[] = [];
        const page = await context.newPage();
        context.on("request", (request) => requests.push(request.url()));
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
        page.on("dialog", (dialog) => {
            complaints.push(dialog.message());
            void dialog.dismiss();
        });
        const answer = await page.goto(address, { waitUntil: "load" });
        assert.equal(answer?.status(), 200);
        return await look({ page, requests, complaints });
    } finally {
        await context.close();
    }
}

/** Waits until an expression is true there. (Playwright's own way evaluates a text in the page, which its policy forbids.) */
export async function until(page: Page, expression: string): Promise<void> {
    for (let tries = 0; !(await page.evaluate<boolean>(expression)); tries++) {
        assert.ok(tries < 100, `never: ${expression}`);
        await page.waitForTimeout(50);
    }
}

/** What {@link WIDTHS} finds. */
export interface Widths {
    /** Pixels by which the page is wider than the window. */
    readonly page: number;
    /** Elements that reach beyond the window, other than code within its block. */
    readonly wider: readonly string[];
    /** Number of blocks of code that scroll sideways. */
    readonly scrolled: number;
}

/** For the browser to evaluate: it has a language and types of its own. */
export const WIDTHS = `({
    page: document.documentElement.scrollWidth - innerWidth,
    wider: [...document.querySelectorAll("body *")]
        .filter((one) => !one.closest("pre") && one.getBoundingClientRect().right > innerWidth)
        .map((one) => one.outerHTML.slice(0, 80)),
    scrolled: [...document.querySelectorAll("pre")].filter((one) => one.scrollWidth > one.clientWidth).length,
})`;

/** The names of all blocks of code, as a screen reader says them. */
export const BLOCK_NAMES = `[...document.querySelectorAll("pre")].map(
    (one) => document.getElementById(one.getAttribute("aria-labelledby"))?.textContent,
)`;

/** The headings in their order, `H1 text`. */
export const HEADINGS = `[...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(
    (one) => one.tagName + " " + one.textContent,
)`;
