import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { usagePage } from "../src/hosts/page/usagePage.ts";
import { signingKeyFromSeed } from "../src/cache/signingKey.ts";
import { findChromium } from "../toolchain/chromium.ts";
import { sayOn } from "../src/system/progress.ts";
import { hostConfig } from "./unit/hosts/samples.ts";

/** `node toolchain/node.mjs test/screenshot.ts`: takes docs/usage-page.png of the page as it is now, on a desktop and on a phone. */
const file = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs", "usage-page.png");
const executablePath = await findChromium(sayOn(process.stdout));
if (executablePath === undefined) throw new Error("there is no Chromium here");

const { publicKey } = signingKeyFromSeed("s3.homelab.local-1", new Uint8Array(32));
const page = usagePage(hostConfig({ publicKey, trustedPublicKeys: [publicKey] }));
const browser = await chromium.launch({ executablePath });

async function picture(width: number, colorScheme: "light" | "dark"): Promise<string> {
    const context = await browser.newContext({ viewport: { width, height: 780 }, colorScheme });
    const tab = await context.newPage();
    await tab.setContent(page);
    const png = await tab.screenshot();
    await context.close();
    return `<img width="${width}" src="data:image/png;base64,${png.toString("base64")}">`;
}

const pictures = [await picture(1000, "light"), await picture(390, "dark")];
const board = await browser.newPage({ viewport: { width: 1494, height: 844 } });
await board.setContent(`<style>
    body { display: flex; gap: 40px; margin: 0; padding: 32px; background: #c9d1dc; }
    img { height: 780px; border-radius: 14px; }
</style>${pictures.join("")}`);
await board.screenshot({ path: file });
await browser.close();
console.log(`${file}: ${Math.round(readFileSync(file).length / 1024)} KB`);
