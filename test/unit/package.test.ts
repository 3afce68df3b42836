import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { run } from "../../src/system/run.ts";

/** What nixos/package.nix installs: the sources that it names, and a library. */
const recipe = readFileSync(join(projectDir, "nixos", "package.nix"), "utf8");
const SOURCES = [...recipe.matchAll(/^ {6}\.\.\/(\S+)$/gm)].map((match) => match[1] ?? "");
const LIBRARIES = ["tweetnacl"];

describe("the package for builders", () => {
    let folder: string;
    const program = (...args: string[]) => {
        const { PATH = "", HOME = "" } = process.env;
        const env = { PATH, HOME, NIX_CACHE_QUEUE: join(folder, "queue") };
        return run(process.execPath, [join(folder, "src", "cli", "main.ts"), ...args], { cwd: "/", env });
    };

    before(() => {
        assert.ok(SOURCES.length > 5);
        folder = mkdtempSync(join(tmpdir(), "nix-cache-package-"));
        for (const source of SOURCES) {
            mkdirSync(dirname(join(folder, source)), { recursive: true });
            cpSync(join(projectDir, source), join(folder, source), { recursive: true });
        }
        mkdirSync(join(folder, "node_modules"));
        for (const name of LIBRARIES)
            symlinkSync(join(projectDir, "node_modules", name), join(folder, "node_modules", name));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("queues", async () => {
        const path = "/nix/store/00000000000000000000000000000000-a";
        assert.deepEqual(await program("enqueue", path), { status: 0, stdout: "", stderr: "" });
        const { stdout } = await program("queue", "--json");
        assert.equal((JSON.parse(stdout) as { waiting: number }).waiting, 1);
    });

    it("prints the hook", async () => {
        const { status, stdout, stderr } = await program("hook");
        assert.equal(status, 0, stderr);
        assert.equal(stdout, readFileSync(join(projectDir, "nixos", "postBuildHook.sh"), "utf8"));
    });

    it("never fails a build, and says what it does not queue", async () => {
        const { status, stderr } = await program("enqueue", "/etc/passwd");
        assert.equal(status, 0);
        assert.match(stderr, /^nix-cache: \/etc\/passwd is no store path, and is not queued$/m);
        const nowhere = await program(
            "enqueue",
            "--queue",
            "/etc/hostname/none",
            "/nix/store/00000000000000000000000000000000-a",
        );
        assert.equal(nowhere.status, 0);
        assert.match(nowhere.stderr, /^nix-cache: not queued: /m);
    });

    it("has all that pushing needs", async () => {
        const { status, stderr } = await program("push");
        assert.equal(status, 2);
        assert.equal(
            stderr,
            "nix-cache: where is it? give --host-config FILE, or set NIX_CACHE_HOST_CONFIG_FILE\n",
        );
    });

    it("has all that pinning needs", async () => {
        for (const args of [
            ["pin", "a", "/nix/store/00000000000000000000000000000000-a"],
            ["pins"],
            ["unpin", "a"],
            ["renew"],
        ]) {
            const { status, stderr } = await program(...args);
            assert.equal(status, 2);
            assert.match(stderr, /^nix-cache: which cache\? /);
        }
    });

    it("has all that repairing needs", async () => {
        const { status, stderr } = await program("repair");
        assert.equal(status, 2);
        assert.match(stderr, /^nix-cache: where is it\? give --host-config FILE/);
    });

    it("asks for files in a project's folder too, since it has no stack", async () => {
        const { PATH = "", HOME = "" } = process.env;
        const path = "/nix/store/00000000000000000000000000000000-a";
        const { status, stderr } = await run(
            process.execPath,
            [join(folder, "src", "cli", "main.ts"), "push", path],
            { cwd: projectDir, env: { PATH, HOME } },
        );
        assert.equal(status, 2);
        assert.match(stderr, /^nix-cache: where is it\? give --host-config FILE/);
    });

    it("is still found where hooks of 0.1.0 name it", async () => {
        const main = join(projectDir, "ops", "main.ts");
        const { PATH = "" } = process.env;
        const env = { PATH, HOME: folder, NIX_CACHE_QUEUE: join(folder, "old") };
        const path = "/nix/store/00000000000000000000000000000000-a";
        const { status } = await run(process.execPath, [main, "enqueue", path], { cwd: "/", env });
        assert.equal(status, 0);
        const { stdout } = await run(process.execPath, [main, "queue", "--json"], { cwd: "/", env });
        assert.equal((JSON.parse(stdout) as { waiting: number }).waiting, 1);
    });

    it("says of the stack's commands that they are elsewhere", async () => {
        const { status, stderr } = await run(
            process.execPath,
            [join(folder, "src", "cli", "main.ts"), "drift"],
            {
                cwd: projectDir,
            },
        );
        assert.equal(status, 1);
        assert.match(stderr, /this command is not part of what is installed here/);
    });

    it("has the libraries in the versions of package-lock.json", () => {
        const lock = JSON.parse(readFileSync(join(projectDir, "package-lock.json"), "utf8")) as {
            packages: Record<string, { version: string }>;
        };
        for (const name of LIBRARIES) {
            const version = lock.packages[`node_modules/${name}`]?.version ?? "";
            const part = recipe.slice(recipe.indexOf(`${name} = fetchFromGitHub`));
            assert.match(
                part.slice(0, part.indexOf("};")),
                new RegExp(`(rev = "v|# )${version}(";)?$`, "m"),
                name,
            );
        }
    });
});
