import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import axe from "axe-core";
import { formatNarinfo, parseNarinfo } from "../../src/cache/narinfo.ts";
import type { Cache } from "../../src/s3/bucket.ts";
import type { Figures } from "../../src/report/figures.ts";
import { maySkip, skip } from "../skips.ts";
import { openBrowser } from "./browser.ts";
import { Scene } from "./byHand/scene.ts";
import { nixCache } from "./cli.ts";
import { outside, userFiles } from "./pinning/outside.ts";
import { fill, programs, wholeness, type Path } from "./trimming/fill.ts";
import { visit, WIDTHS, type Widths } from "./visit.ts";
import { newFolder } from "./world.ts";

const PATHS = 120;

describe("nix-cache report", function () {
    this.timeout(1_800_000);
    let s: Scene;
    let cache: Cache;
    let paths: readonly Path[];
    let folder: string;
    let builder: string;
    const root = () => paths[59]!;

    before(async () => {
        s = await Scene.open("reported", {}, undefined);
        cache = { connection: s.stack.minio.connection, bucket: s.bucket };
        const outputs = await s.stack.outputs();
        paths = programs(PATHS, String(outputs.secretKey));
        await fill(cache, paths);
        folder = newFolder("report");
        builder = userFiles(outputs.hostConfig, s.secrets.builders[s.one]!);
        const { status, stderr } = await nixCache(s.stack, ["pin", "old", root().path, "--upstream", ""]);
        assert.equal(status, 0, stderr);
    });

    async function figures(...args: string[]): Promise<Figures & { status: number | null }> {
        const { status, stdout, stderr } = await nixCache(s.stack, ["report", "--json", ...args]);
        assert.ok(stdout.startsWith("{"), stderr);
        return { ...(JSON.parse(stdout) as Figures), status };
    }

    it("counts what is there, by kind and by age", async () => {
        const there = await wholeness(cache);
        const told = await figures();
        assert.equal(told.status, 0);
        assert.equal(told.bytes, there.bytes);
        assert.equal(told.kinds.narinfo.objects, PATHS);
        assert.equal(told.kinds.nar.objects, new Set(paths.map(({ nar }) => nar.key)).size);
        assert.deepEqual([told.kinds.pin.objects, told.kinds.own.objects], [2, 2]);
        assert.equal(told.expiry.expireDays, 30);
        const week = told.expiry.rows.find(({ expireDays }) => expireDays === 7)!;
        const now = Math.floor(Date.parse(told.time) / 86_400_000);
        const age = (path: Path) =>
            now - Math.floor((Date.parse(told.time) - path.age * 86_400_000) / 86_400_000);
        const nars = new Map(paths.map((path) => [path.nar.key, path]));
        const kept = [...nars.values()].filter((path) => age(path) <= 14).length;
        // Beside the pin and the stack's own.
        assert.equal(week.objects, paths.filter((path) => age(path) <= 7).length + kept + 4);
        assert.equal(told.content?.paths, PATHS);
    });

    it("says what pins keep, what is shared, and the largest closures", async () => {
        const { content } = await figures();
        assert.ok(content);
        const closure = closureOf(root());
        const nars = new Map(closure.map(({ nar }) => [nar.key, nar.body.length]));
        const bytes =
            closure.reduce((sum, { narinfo }) => sum + narinfo.text.length, 0) +
            [...nars.values()].reduce((sum, size) => sum + size, 0);
        assert.deepEqual(content.pins, [
            {
                name: "old",
                host: null,
                by: content.pins[0]?.by,
                paths: closure.length,
                bytes,
                alone: bytes,
                missing: 0,
            },
        ]);
        const shared = paths.length - new Set(paths.map(({ nar }) => nar.key)).size;
        assert.deepEqual(
            [content.duplicates.shared.nars, content.duplicates.shared.paths],
            [shared, 2 * shared],
        );
        const sizes = content.largestClosures.map((one) => one.bytes);
        assert.equal(sizes.length, 10);
        assert.deepEqual(
            sizes,
            sizes.toSorted((a, b) => b - a),
        );
        for (const { path } of content.largestClosures)
            assert.ok(
                paths.some((one) => one.path === path),
                path,
            );
        assert.deepEqual([content.unsigned.count, content.broken.count], [0, 0]);
        // Filled as plain Nix does it, which renews nothing.
        const ages = new Map(paths.map(({ path, age }) => [path, age]));
        const outliving = paths.filter(({ references, age }) =>
            references.some((other) => (ages.get(other) ?? 0) > age),
        );
        assert.equal(content.outliving.count, outliving.length);
    });

    it("is the same for a builder with its files, without the stack", async () => {
        const ours = await figures();
        const { status, stdout, stderr } = await outside(builder, "report", "--json");
        assert.equal(status, 0, stderr);
        const theirs = JSON.parse(stdout) as Figures;
        // Narinfos come in any order, and with them paths of the same size.
        const plain = ({ kinds, expiry, growth, content }: Figures) => ({
            ...{ kinds, expiry, growth, pins: content?.pins, duplicates: content?.duplicates },
            closures: content?.largestClosures.map(({ bytes }) => bytes),
            outliving: content?.outliving.count,
        });
        assert.deepEqual(plain(theirs), plain(ours));
    });

    it("reads no narinfo with --listing", async () => {
        const { content, objects } = await figures("--listing");
        assert.equal(content, null);
        assert.equal(objects, (await figures()).objects);
    });

    it("fits a terminal", async () => {
        const { stdout } = await nixCache(s.stack, ["report"]);
        for (const line of stdout.split("\n"))
            assert.ok(line.length <= 80 || line.includes("/nix/store/"), line);
        assert.match(stdout, /^old +\d+ /m);
    });

    it("writes metrics that a collector takes", async () => {
        const file = join(folder, "report.prom");
        await figures("--metrics", file);
        const text = readFileSync(file, "utf8");
        assert.match(text, /^nix_cache_run_status\{command="report"\} 0$/m);
        assert.match(text, /^nix_cache_pin_bytes\{pin="old"\} \d+$/m);
        const helps = text.match(/^# HELP \w+/gm) ?? [];
        assert.equal(new Set(helps).size, helps.length);
    });

    it("names what is unsigned, broken, left over, and there twice", async () => {
        const [unsigned, gone, cut] = [paths[119]!, paths[109]!, paths[99]!];
        await s.admin.request("PUT", unsigned.narinfo.key, {
            body: formatNarinfo({ ...parseNarinfo(unsigned.narinfo.text), signatures: [] }),
        });
        await s.admin.status("DELETE", gone.nar.key);
        const copy = `nar/${"0".repeat(52)}.nar`;
        const other = parseNarinfo(cut.narinfo.text);
        await s.admin.request("PUT", copy, { body: cut.nar.body });
        await s.admin.request("PUT", cut.narinfo.key, { body: formatNarinfo({ ...other, url: copy }) });
        // Of these two, one has the content of the other.
        const twin = paths[98]!;
        assert.equal(twin.nar.key, cut.nar.key);
        await s.admin.request("PUT", "nar/left.nar", { body: "left" });
        const { content } = await figures();
        assert.ok(content);
        assert.deepEqual(content.unsigned, { count: 1, examples: [unsigned.path] });
        const broken = paths.filter(({ nar }) => nar.key === gone.nar.key);
        assert.deepEqual(
            [content.broken.count, content.broken.examples.toSorted()],
            [broken.length, broken.map(({ path }) => `${path}: its NAR is not there`).sort()],
        );
        assert.equal(content.leftOver.objects, 1);
        assert.deepEqual(content.duplicates.twice, { nars: 1, bytes: cut.nar.body.length });
        // Written today, they go after what they refer to.
        assert.ok(content.outliving.count >= 2);
        await fill(cache, paths);
        for (const key of [copy, "nar/left.nar"]) await s.admin.status("DELETE", key);
    });

    it("warns near maxSize, as doctor does, and says which expireDays would fit", async () => {
        const { bytes } = await figures("--listing");
        await s.stack.up({ maxSize: String(Math.ceil(bytes * 1.05)) });
        // First, since its probe object counts too.
        const doctor = await nixCache(s.stack, ["doctor", "--upstream", "", "--json"]);
        const told = await figures("--listing");
        assert.deepEqual([told.status, told.size?.level], [6, "near"]);
        const fits = told.size?.fits ?? 0;
        assert.ok(fits > 0 && fits < 30, String(fits));
        const { status, stdout } = await nixCache(s.stack, ["report"]);
        assert.equal(status, 6);
        assert.match(stdout, new RegExp(`warning: .* of maxSize[^]*expireDays: ${fits}\\s+would fit`));
        const { checks } = JSON.parse(doctor.stdout) as {
            checks: { name: string; result: string; advice?: string }[];
        };
        const size = checks.find(({ name }) => name === "size");
        assert.equal(size?.result, "warning");
        assert.match(size.advice ?? "", new RegExp(`expireDays: ${fits} would fit`));
        await s.stack.up({ maxSize: "1T" });
        assert.equal((await figures("--listing")).status, 0);
    });

    it("refuses a maxSize that is none", async () => {
        const { text } = await s.stack.upFails({ maxSize: "much" });
        assert.match(text, /maxSize[^]*is "much"[^]*200GiB/);
        s.stack.configure({ maxSize: "1T" });
    });

    it("changes nothing, and says what it cannot write", async () => {
        const { status, stderr } = await nixCache(s.stack, [
            "report",
            "--html",
            join(folder, "none", "a.html"),
        ]);
        assert.equal(status, 1);
        assert.match(stderr, /a\.html cannot be written: /);
    });

    function closureOf(start: Path): Path[] {
        const byPath = new Map(paths.map((one) => [one.path, one]));
        const found = new Map<string, Path>();
        const more = [start.path];
        for (let path = more.pop(); path !== undefined; path = more.pop()) {
            const one = byPath.get(path)!;
            if (found.has(path)) continue;
            found.set(path, one);
            more.push(...one.references);
        }
        return [...found.values()];
    }

    describe("its page in Chromium", function () {
        maySkip(this, "chromium");
        let server: Server;
        let url: string;

        before(async () => {
            const file = join(folder, "report.html");
            const { status, stderr } = await nixCache(s.stack, ["report", "--html", file]);
            assert.equal(status, 0, stderr);
            const page = readFileSync(file, "utf8");
            server = createServer((_, answer) => {
                answer.setHeader("Content-Type", "text/html; charset=utf-8").end(page);
            });
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
            writeFileSync(join(folder, "seen"), "");
        });
        // Undefined where the page could not be made.
        after(() => (server as Server | undefined)?.close());

        for (const [size, viewport] of [
            ["a phone", { width: 390, height: 844 }],
            ["a desktop", { width: 1280, height: 900 }],
        ] as const)
            for (const colorScheme of ["light", "dark"] as const)
                it(`fits ${size}, ${colorScheme}, and has no fault that axe finds`, async function () {
                    const browser = await openBrowser(undefined);
                    if (browser === undefined) skip(this, "chromium");
                    try {
                        await visit(
                            browser,
                            url,
                            { viewport, colorScheme },
                            async ({ page, requests, complaints }) => {
                                assert.deepEqual([requests, complaints], [[url], []]);
                                const { page: wider } = await page.evaluate<Widths>(WIDTHS);
                                assert.equal(wider, 0);
                                const shown = await page.locator(".plot:visible svg").count();
                                assert.equal(shown, 4);
                                for (const one of await page.locator(".plot:visible svg").all()) {
                                    const box = await one.boundingBox();
                                    assert.ok(
                                        box !== null &&
                                            box.width > 300 &&
                                            box.x + box.width <= viewport.width,
                                    );
                                }
                                await page.evaluate(axe.source);
                                const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
                                assert.deepEqual(
                                    violations.map(({ id, nodes }) => [
                                        id,
                                        nodes.map(({ html }) => html.slice(0, 200)),
                                    ]),
                                    [],
                                );
                            },
                        );
                    } finally {
                        await browser.close();
                    }
                });
    });
});
