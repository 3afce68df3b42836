import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { reportPage } from "../src/report/page/page.ts";
import { sayOn } from "../src/system/progress.ts";
import { findChromium } from "../toolchain/chromium.ts";
import { SAMPLE } from "./unit/report/sample.ts";

/** `node toolchain/node.mjs test/reportScreenshot.ts`: takes docs/report-page.png of the report's page, on a desktop and on a phone. */
const file = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs", "report-page.png");
const executablePath = await findChromium(sayOn(process.stdout));
if (executablePath === undefined) throw new Error("there is no Chromium here");
const browser = await chromium.launch({ executablePath });

async function picture(width: number, colorScheme: "light" | "dark"): Promise<string> {
    const context = await browser.newContext({ viewport: { width, height: 1180 }, colorScheme });
    const tab = await context.newPage();
    await tab.setContent(reportPage(SAMPLE));
    const png = await tab.screenshot();
    await context.close();
    return `<img width="${width}" src="data:image/png;base64,${png.toString("base64")}">`;
}

const pictures = [await picture(1000, "light"), await picture(390, "dark")];
const board = await browser.newPage({ viewport: { width: 1494, height: 1244 } });
await board.setContent(`<style>
    body { display: flex; gap: 40px; margin: 0; padding: 32px; background: #c9d1dc; }
    img { height: 1180px; border-radius: 14px; }
</style>${pictures.join("")}`);
await board.screenshot({ path: file });
await browser.close();
console.log(`${file}: ${Math.round(readFileSync(file).length / 1024)} KB`);
