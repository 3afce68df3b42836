import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDir } from "../../sandbox/paths.ts";
import { run } from "../../src/system/run.ts";
import { commandLine, killTree } from "./faults/processTree.ts";
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

    it("leaves a lock alone that may be of a pulumi up by hand, and names the command that removes it", async () => {
        const locks = join(folder, ".sandbox/state/.pulumi/locks/organization/nix-cache/sandbox");
        const lock = join(locks, "of-another-container.json");
        mkdirSync(locks, { recursive: true });
        const timestamp = new Date().toISOString();
        // No process here has the number; where the lock was made, one may.
        const { pid } = spawnSync("true");
        writeFileSync(lock, JSON.stringify({ pid, username: "me", hostname: hostname(), timestamp }));
        const { status, stdout, stderr } = await script("start");
        assert.equal(status, 1, stdout + stderr);
        assert.match(
            stderr,
            /^error: Pulumi of me@\S+ \(process \d+\) has locked the stack since .+: eval "\$\(npm run -s env\)"; pulumi cancel --yes --stack 'sandbox'\n$/,
        );
        assert.ok(existsSync(lock));
        assert.equal((await inShell("pulumi cancel --yes --stack 'sandbox'")).status, 0);
        assert.match((await script("start")).stdout, /\nThe cache works\./);
    });

    it("removes the lock of its own start that was killed", async () => {
        const locks = join(folder, ".sandbox/state/.pulumi/locks");
        const isLocked = () =>
            existsSync(locks) &&
            readdirSync(locks, { recursive: true, encoding: "utf8" }).some((name) => name.endsWith(".json"));
        const start = spawn(process.execPath, [join(folder, "sandbox", "start.ts")], {
            cwd: folder,
            stdio: "ignore",
        });
        while (start.exitCode === null && !isLocked()) await sleep(5);
        assert.ok(start.pid !== undefined);
        killTree(start.pid);
        assert.ok(isLocked());
        const { stdout, stderr } = await script("start");
        assert.match(stdout, /\nThe cache works\./, stdout + stderr);
        assert.ok(!isLocked());
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
