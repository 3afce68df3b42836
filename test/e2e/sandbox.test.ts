import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { run } from "../../src/system/run.ts";
import { commandLine } from "./faults/processTree.ts";
import { newFolder, theWorld } from "./world.ts";

/** Folders and files of a clone that are no sources. */
const NOT_CLONED = new Set(["node_modules", ".git", ".sandbox", "dist", "Pulumi.sandbox.yaml"]);

describe("the sandbox, in a folder with a blank in its name", function () {
    this.timeout(1_800_000);
    let folder: string;
    let listed = "";

    const script = (name: string, ...args: string[]) =>
        run(process.execPath, [join(folder, "sandbox", `${name}.ts`), ...args], { cwd: folder });
    /** What a user does in the shell that `npm run env` has prepared. */
    const inShell = (command: string) =>
        run("/bin/sh", ["-c", `eval "$('${process.execPath}' sandbox/env.ts)"; ${command}`], { cwd: folder });

    before(async () => {
        // The tools are there then, and their progress is not in the way.
        await theWorld();
        folder = join(newFolder("clone"), "my cache");
        mkdirSync(folder);
        for (const name of readdirSync(projectDir).filter((one) => !NOT_CLONED.has(one)))
            cpSync(join(projectDir, name), join(folder, name), { recursive: true });
        symlinkSync(join(projectDir, "node_modules"), join(folder, "node_modules"));
    });

    it("starts, and proves that the cache works", async () => {
        const { status, stdout, stderr } = await script("start");
        assert.equal(status, 0, stdout + stderr);
        assert.match(stdout, /\n {2}pushed as nixbuilder: 4 store paths/);
        assert.match(stdout, /\nThe cache works\.\n/);
        assert.doesNotMatch(stdout, / was another; /);
        listed = (await inShell("mc ls --recursive sandbox/nix-cache")).stdout;
        assert.equal(listed.match(/\.narinfo$/gm)?.length, 4, listed);
    });

    it("starts again and changes nothing, on the server neither", async () => {
        const { status, stdout } = await script("start");
        assert.equal(status, 0, stdout);
        assert.match(stdout, /\n {2}no changes\n/);
        assert.match(stdout, /\nThe cache works\. This start has changed nothing\.\n/);
        assert.equal((await inShell("mc ls --recursive sandbox/nix-cache")).stdout, listed);
    });

    it("says what was changed by hand, and how to put it back", async () => {
        const disabled = await inShell("mc admin user disable sandbox nixbuilder");
        assert.equal(disabled.status, 0, disabled.stderr);
        const { status, stdout, stderr } = await script("start");
        assert.equal(status, 1, stdout);
        assert.match(stdout, /user nixbuilder: disabled on the server, should be enabled\n/);
        assert.match(stderr, /^error: the builder nixbuilder may not push \(status 403\)\n.*\n.*heal\n$/);
        const healed = await inShell("cd /; nix-cache heal --yes");
        assert.equal(healed.status, 0, healed.stdout + healed.stderr);
        assert.match((await script("start")).stdout, /\nThe cache works\./);
    });

    it("says which setting of its own it has put back", async () => {
        const set = await inShell("echo other | pulumi config set --secret minio:minioPassword");
        assert.equal(set.status, 0, set.stderr);
        const { status, stdout } = await script("start");
        assert.equal(status, 0, stdout);
        assert.match(stdout, /\n {2}minio:minioPassword in Pulumi\.sandbox\.yaml was another; it is /);
        assert.equal(stdout.match(/ was another; /g)?.length, 1, stdout);
    });

    it("stops, leaves no process, and goes on with the same key", async () => {
        const key = (await inShell("pulumi stack output publicKey")).stdout;
        assert.equal((await script("stop")).status, 0);
        assert.deepEqual(processes(), []);
        const { stdout } = await script("start");
        assert.ok(stdout.includes(`public key   ${key}`), stdout);
    });

    after(async () => {
        await script("clean");
        assert.deepEqual(processes(), []);
    });

    function processes(): string[] {
        return readdirSync("/proc").filter(
            (name) => /^\d+$/.test(name) && commandLine(Number(name)).includes(folder),
        );
    }
});
