import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../../sandbox/paths.ts";
import { figuresMetrics } from "../../../src/report/metrics.ts";
import { reportPage } from "../../../src/report/page/page.ts";
import { reportLines } from "../../../src/report/table.ts";
import { metricsText, runMetrics } from "../../../src/system/metrics.ts";
import { SAMPLE } from "./sample.ts";

const HOSTILE = `</code><script>x</script>\u001b[31m`;

describe("the report", () => {
    it("fits a terminal of 80 columns, but for store paths", () => {
        for (const figures of [SAMPLE, { ...SAMPLE, content: null, size: null }]) {
            const lines = reportLines(figures);
            for (const line of lines) assert.ok(line.length <= 80 || line.includes("/nix/store/"), line);
        }
        const text = reportLines(SAMPLE).join("\n");
        assert.match(text, /^warning: 186 GiB, 93 % of maxSize \(200 GiB\); reached in about 2 days;/m);
        assert.match(text, /expireDays: 28 would fit/);
        assert.match(text, /^30 \(set\) +186 GiB +61200 +about 188 GiB$/m);
        assert.match(text, /^hosts\/laptop +2500 +16.5 GiB +6.5 GiB +0$/m);
    });

    it("names no metric twice to the collector, and the dashboard shows those that there are, and no other", () => {
        const metrics = [...runMetrics("report", 0, new Date()), ...figuresMetrics(SAMPLE)];
        const text = metricsText(metrics);
        const helps = [...text.matchAll(/^# HELP (\w+) /gm)].map(([, name]) => name);
        assert.equal(new Set(helps).size, helps.length);
        assert.match(text, /^nix_cache_kind_bytes\{kind="nar"\} \d/m);
        const names = new Set(metrics.map(([name]) => name));
        const dashboard = readFileSync(join(projectDir, "grafana", "nix-cache.json"), "utf8");
        assert.ok((JSON.parse(dashboard) as { panels: unknown[] }).panels.length > 5);
        const shown = new Set(dashboard.match(/nix_cache_\w+/g));
        assert.deepEqual(
            [...shown].filter((name) => !names.has(name)),
            [],
        );
        // How the run ended is for an alert.
        const hidden = [...names].filter((name) => !shown.has(name) && name !== "nix_cache_run_status");
        assert.deepEqual(hidden, []);
    });

    it("is a page that asks for nothing, and shows hostile names as text", () => {
        const content = {
            ...SAMPLE.content!,
            largestPaths: [{ path: HOSTILE, bytes: 1 }],
            pins: [{ ...SAMPLE.content!.pins[0]!, name: HOSTILE }],
        };
        const page = reportPage({ ...SAMPLE, bucket: HOSTILE, content });
        assert.doesNotMatch(page, /<script|<img|<link|@import|url\((?!#)/);
        assert.doesNotMatch(page.replaceAll("http://www.w3.org/", ""), /(src|href)=/);
        assert.equal(page.match(/<svg/g)?.length, 8);
    });
});
