import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../../src/system/run.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs a script in a process whose SDK is kept light, as the language host's is. @returns what it prints as JSON */
async function inProcess(script: string): Promise<unknown> {
    const args = ["--import", join(ROOT, "src/stack/preload.ts"), "--input-type=module", "--eval", script];
    const { status, stdout, stderr } = await run(process.execPath, args, { cwd: ROOT });
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
}

const LOADED = `
    import { createRequire } from "node:module";
    import * as pulumi from "@pulumi/pulumi";
    const { cache } = createRequire(import.meta.url);
    const heavy = () => Object.keys(cache).filter((file) => /\\/(arborist|typescript)\\//.test(file)).length > 0;
`;

describe("Pulumi's SDK, kept light", () => {
    it("is loaded without npm's installer and TypeScript", async () => {
        assert.equal(await inProcess(`${LOADED} console.log(heavy());`), false);
    });

    it("makes text of a function as before, and loads then what it needs for it", async () => {
        const script = `${LOADED}
            const serialize = async (one) => (await pulumi.runtime.serializeFunction(one)).text;
            const texts = [await serialize(() => 41 + 1), await serialize(() => 6 * 7)];
            console.log(JSON.stringify([texts, heavy()]));`;
        const [texts, isHeavy] = (await inProcess(script)) as [string[], boolean];
        assert.match(texts[0] ?? "", /41 \+ 1/);
        assert.match(texts[1] ?? "", /6 \* 7/);
        assert.equal(isHeavy, true);
    });

    it("finds what a program's code needs as before", async () => {
        const script = `${LOADED}
            console.log((await pulumi.runtime.computeCodePaths()) instanceof Map);`;
        assert.equal(await inProcess(script), true);
    });
});
