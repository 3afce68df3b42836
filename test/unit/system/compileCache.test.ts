import assert from "node:assert/strict";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    rmSync,
    statSync,
    symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../../src/system/run.ts";

const MAIN = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));

describe("code that is kept compiled", () => {
    let folder: string;
    const home = (name: string) => join(folder, name);
    const kept = (name: string) => join(home(name), "pulumi-nix-cache", "compiled");
    /** There is no project in that folder, so that the command ends once it is loaded. */
    const call = async (name: string, command: string) => {
        const env = { ...process.env, XDG_CACHE_HOME: home(name) };
        const { stderr } = await run(process.execPath, [MAIN, command], { cwd: folder, env });
        assert.match(stderr, /there is no Pulumi\.yaml/);
    };
    before(() => (folder = mkdtempSync(join(tmpdir(), "compiled-"))));
    after(() => {
        rmSync(folder, { recursive: true });
    });

    it("is in a folder of the user alone", async () => {
        await call("own", "drift");
        assert.equal(statSync(kept("own")).mode & 0o777, 0o700);
        assert.notDeepEqual(readdirSync(kept("own")), []);
    });

    it("is not where others can write, also through a link", async () => {
        mkdirSync(home("open"));
        chmodSync(home("open"), 0o777);
        symlinkSync(home("open"), home("link"));
        for (const name of ["open", "link"]) await call(name, "drift");
        assert.deepEqual(readdirSync(home("open")), []);
    });

    it("is not where a folder of it was made for others to write", async () => {
        mkdirSync(kept("half"), { recursive: true });
        chmodSync(kept("half"), 0o770);
        await call("half", "drift");
        assert.deepEqual(readdirSync(kept("half")), []);
    });

    it("is not of what services run", async () => {
        const env = { ...process.env, XDG_CACHE_HOME: home("service") };
        const { status } = await run(process.execPath, [MAIN, "queue", "--help"], { cwd: folder, env });
        assert.equal(status, 0);
        assert.equal(existsSync(home("service")), false);
    });
});
