import assert from "node:assert/strict";
import axe from "axe-core";
import type { Browser } from "playwright-core";
import type { HostConfig } from "../../src/hosts/hostConfig.ts";
import { usagePage } from "../../src/hosts/page/usagePage.ts";
import { USAGE_PAGE_TYPE } from "../../src/cache/managedObjects.ts";
import { privateCa, readerNixConf } from "../../src/hosts/nixConf.ts";
import { flakeConfig, systemModule } from "../../src/hosts/nixModules.ts";
import { pushCommand } from "../../src/hosts/pushCommand.ts";
import { maySkip, skip } from "../skips.ts";
import { openBrowser } from "./browser.ts";
import { Bucket } from "./objects.ts";
import { defaultStack } from "./shared.ts";
import { BLOCK_NAMES, HEADINGS, until, visit, WIDTHS, type Widths } from "./visit.ts";

const HOSTILE = `</code><script>document.title = "mine"</script><img src=x onerror='document.title = "mine"'>"'&amp;`;

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };

describe("the page in Chromium", function () {
    maySkip(this, "chromium");
    this.timeout(1_800_000);
    let browser: Browser;
    let admin: Bucket;
    let url: string;
    let config: HostConfig;

    before(async function () {
        const { stack } = await defaultStack();
        const opened = await openBrowser(stack.minio.connection);
        if (opened === undefined) skip(this, "chromium");
        browser = opened;
        const outputs = await stack.outputs();
        url = String(outputs.usagePage);
        config = outputs.hostConfig as HostConfig;
        admin = new Bucket(stack.minio.connection, "nix-cache");
        assert.match(url, /^https:/);
        assert.equal(await admin.read("usage.html"), usagePage(config));
    });
    // Undefined where the tests were skipped.
    after(() => (browser as Browser | undefined)?.close());

    it("is refused by a browser that does not know the private authority", async () => {
        const stranger = await openBrowser(undefined);
        try {
            const page = await stranger!.newPage();
            await assert.rejects(page.goto(url), /ERR_CERT_AUTHORITY_INVALID/);
        } finally {
            await stranger?.close();
        }
    });

    for (const [size, viewport] of [
        ["a phone", PHONE],
        ["a desktop", DESKTOP],
    ] as const) {
        for (const colorScheme of ["light", "dark"] as const) {
            const options = { viewport, colorScheme };

            it(`asks for nothing but itself, and complains of nothing, on ${size}, ${colorScheme}`, () =>
                visit(browser, url, options, async ({ page, requests, complaints }) => {
                    await page.mouse.wheel(0, 10_000);
                    await page.waitForLoadState("networkidle");
                    assert.deepEqual(requests, [url]);
                    assert.deepEqual(complaints, []);
                }));

            it(`fits into ${size}, ${colorScheme}, where only code scrolls sideways`, () =>
                visit(browser, url, options, async ({ page }) => {
                    const { scrolled, ...widths } = await page.evaluate<Widths>(WIDTHS);
                    assert.deepEqual(widths, { page: 0, wider: [] });
                    // Else there would be nothing that could be too wide.
                    assert.ok(scrolled > 0);
                }));

            it(`has no fault that axe finds (contrast, names, order) on ${size}, ${colorScheme}`, () =>
                visit(browser, url, options, async ({ page }) => {
                    await page.evaluate(axe.source);
                    const { violations, passes } = await page.evaluate<axe.AxeResults>("axe.run()");
                    const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
                    assert.deepEqual(found, []);
                    const looked = passes.map(({ id }) => id);
                    for (const rule of ["color-contrast", "scrollable-region-focusable", "html-has-lang"]) {
                        assert.ok(looked.includes(rule), rule);
                    }
                }));
        }
    }

    it("is light or dark as the system is", async () => {
        const brightness = async (colorScheme: "light" | "dark") => {
            const colour = await visit(browser, url, { colorScheme }, ({ page }) =>
                page.evaluate<string>("getComputedStyle(document.body).backgroundColor"),
            );
            return Math.max(...(colour.match(/\d+/g) ?? []).map(Number));
        };
        assert.ok((await brightness("light")) > 200);
        assert.ok((await brightness("dark")) < 60);
    });

    it("says what the stack's outputs say", () =>
        visit(browser, url, {}, async ({ page }) => {
            const code = async (id: string) => (await page.locator(`#${id}`).textContent()) ?? "";
            const { bucket, substituter, trustedPublicKeys, builders, storeUri } = config;
            assert.equal(await page.title(), `Nix cache ${bucket} on 127.0.0.1`);
            for (const text of [substituter, ...trustedPublicKeys]) {
                assert.equal(await page.locator("dl").getByText(text, { exact: true }).count(), 1, text);
            }
            assert.equal(await code("configuration"), systemModule(config));
            assert.equal(await code("nix-conf"), readerNixConf(config));
            assert.equal(await code("flake-nix"), flakeConfig(config));
            assert.ok((await code("certificate")).includes(privateCa(config) ?? "no authority"));
            assert.ok((await code("check-command")).endsWith(` --store ${substituter}\n`));
            const push = await code("push-command");
            assert.ok(push.endsWith(`${pushCommand(config, builders[0] ?? "")}\n`));
            assert.ok(push.includes(`'${storeUri}&secret-key=`));
        }));

    it("has headings, landmarks and names in their order", () =>
        visit(browser, url, {}, async ({ page }) => {
            assert.deepEqual(await page.evaluate(HEADINGS), [
                "H1 Use this Nix cache",
                "H2 Set up a machine",
                "H3 NixOS or nix-darwin",
                "H3 Any other Linux, or macOS, with Nix",
                "H3 One project, by its flake",
                "H2 See that it works",
                "H2 Push to it",
            ]);
            for (const role of ["banner", "main", "contentinfo"] as const) {
                assert.equal(await page.getByRole(role).count(), 1, role);
            }
            const ways = page.getByRole("navigation", { name: "Ways to set up a machine" });
            assert.deepEqual((await ways.ariaSnapshot()).match(/link "[^"]+"|#\w+/g), [
                'link "NixOS, nix-darwin"',
                "#nixos",
                'link "Other Linux, macOS"',
                "#other",
                'link "One flake"',
                "#flake",
            ]);
            const names = await page.evaluate<string[]>(BLOCK_NAMES);
            assert.equal(new Set(names).size, names.length);
            for (const name of names) {
                assert.equal(await page.getByRole("group", { name, exact: true }).count(), 1, name);
            }
        }));

    it("can be used by keyboard: to a way, and along its code", () =>
        visit(browser, url, { viewport: PHONE }, async ({ page }) => {
            for (let press = 0; press < 3; press++) await page.keyboard.press("Tab");
            await page.keyboard.press("Enter");
            await until(page, "scrollY > 500");
            assert.equal(new URL(page.url()).hash, "#flake");
            await page.keyboard.press("Tab");
            assert.equal(await page.locator("pre:focus").getAttribute("id"), "flake-nix");
            await page.keyboard.press("ArrowRight");
            await until(page, "document.activeElement.scrollLeft > 0");
        }));

    /** Puts another page beside the stack's own. */
    async function put(name: string, body: string): Promise<string> {
        await admin.request("PUT", name, { body, headers: { "Content-Type": USAGE_PAGE_TYPE } });
        return url.replace("usage.html", name);
    }

    it("shows hostile names as text", async () => {
        const names = {
            bucket: HOSTILE,
            trustedPublicKeys: [HOSTILE],
            builders: [HOSTILE],
            substituter: HOSTILE,
        };
        const address = await put("u-hostile.html", usagePage({ ...config, ...names }));
        await visit(browser, address, {}, async ({ page, requests, complaints }) => {
            assert.equal(await page.title(), `Nix cache ${HOSTILE} on 127.0.0.1`);
            assert.ok((await page.locator("dl").textContent())?.includes(HOSTILE));
            assert.equal(await page.locator("script, img").count(), 0);
            assert.equal(requests.length, 1);
            assert.deepEqual(complaints, []);
        });
    });

    it("would neither run a script nor load a picture that somebody put into it", async () => {
        const more = `<script>document.title = "mine"</script><img src="${url}?picture">`;
        const address = await put("u-script.html", usagePage(config).replace("</body>", `${more}</body>`));
        await visit(browser, address, {}, async ({ page, complaints }) => {
            assert.match(await page.title(), /^Nix cache /);
            assert.equal(complaints.filter((one) => one.includes("Content Security Policy")).length, 2);
        });
    });
});
