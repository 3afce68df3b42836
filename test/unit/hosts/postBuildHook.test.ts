import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    chownSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { baseName, isStorePath } from "../../../src/cache/storePath.ts";
import { Queue } from "../../../src/push/queue.ts";
import { mapAtOnce } from "../../../src/system/pool.ts";
import { run } from "../../../src/system/run.ts";
import { projectDir } from "../../../sandbox/paths.ts";
import { executable, pathFolders } from "../../../toolchain/search.ts";
import { maySkip, skip } from "../../skips.ts";
import { madeUp } from "../../standIn/pusher.ts";

/** `nobody`, and its group. */
const SERVICE = 65534;
const [A = "", B = "", C = "", D = ""] = [1, 2, 3, 4].map(madeUp);
const PATHS = [A, B, C, D];

/** The shells that a hook may meet; sh is there in any case. */
const SHELLS = [["sh"], ["dash"], ["bash", "--posix"], ["bash"], ["busybox", "sh"]].filter(([name = ""]) =>
    pathFolders().some((folder) => executable(join(folder, name)) !== undefined),
);

describe("the post-build-hook in sh", () => {
    it("is one text for NixOS and for who prints it, with what was given in it", async () => {
        const script = readFileSync(join(projectDir, "nixos", "postBuildHook.sh"), "utf8");
        const module = readFileSync(join(projectDir, "nixos", "builder.nix"), "utf8");
        assert.match(module, /\$\{builtins\.readFile \.\/postBuildHook\.sh\}/);
        const program = join(projectDir, "src", "cli", "main.ts");
        assert.equal((await run(process.execPath, [program, "hook"])).stdout, script);
        const printed = await run(process.execPath, [program, "hook", "--queue", "/a b", "--limit", "7"]);
        const given = "#!/bin/sh\nNIX_CACHE_QUEUE='/a b'\nNIX_CACHE_QUEUE_LIMIT=7\n";
        assert.equal(printed.stdout, script.replace("#!/bin/sh\n", given));
    });

    for (const shell of SHELLS) describe(`run by ${shell.join(" ")}`, () => hookBy(shell));
});

function hookBy([shell = "", ...flags]: readonly string[]): void {
    let folder: string;
    let queue: string;
    const hook = (paths: readonly string[], env: NodeJS.ProcessEnv = {}) =>
        run(shell, [...flags, join(projectDir, "nixos", "postBuildHook.sh")], {
            env: {
                PATH: process.env.PATH,
                HOME: "/nonexistent",
                NIX_CACHE_QUEUE: queue,
                OUT_PATHS: paths.join(" "),
                ...env,
            },
            cwd: "/",
        });
    const quiet = { status: 0, stdout: "", stderr: "" };
    const waiting = () =>
        new Queue(queue)
            .list()
            .map(({ path }) => path)
            .sort();
    const isRoot = process.getuid?.() === 0;

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-hook-"));
        chmodSync(folder, 0o755);
        queue = join(folder, "a queue");
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("makes the folders, and an empty file for each path", async () => {
        assert.deepEqual(await hook([A, B]), quiet);
        assert.deepEqual(waiting(), [A, B].sort());
        const file = statSync(join(queue, "incoming", "paths", baseName(A)));
        assert.deepEqual([file.size, file.mode & 0o777, file.isFile()], [0, 0o644, true]);
        const before = file.mtimeMs;
        assert.deepEqual(await hook([A, C]), quiet);
        assert.deepEqual(waiting(), [A, B, C].sort());
        assert.equal(statSync(join(queue, "incoming", "paths", baseName(A))).mtimeMs, before);
        assert.deepEqual(readdirSync(join(queue, "incoming", "new")), []);
    });

    it("takes for a store path what the rest of the program does", async () => {
        const hash = baseName(A).slice(0, 32);
        const odd = [
            ...[`${A}/bin/x`, `${A}/`, "/nix/store", "/nix/store/", "*", "-n", "../x", "/etc/passwd"],
            ...["e", "o", "t", "u", "A"].map((digit) => `/nix/store/${digit}${hash.slice(1)}-x`),
            ...["", "x*", "x!", "x:y", ".x", "x\u00e9", "x".repeat(211), "x".repeat(212), "a-b+c?d=e_f"].map(
                (name) => `/nix/store/${hash}-${name}`,
            ),
        ];
        const { status, stderr } = await hook([...odd, B]);
        assert.equal(status, 0);
        const right = [...odd, B].filter(isStorePath).sort();
        assert.ok(right.length > 3);
        assert.deepEqual(waiting(), right);
        assert.equal(stderr.trimEnd().split("\n").length, odd.length + 1 - right.length);
    });

    it("drops and counts what finds the queue full, and knows what waits already", async () => {
        await hook([A]);
        const { status, stderr } = await hook([A, B, C, D], { NIX_CACHE_QUEUE_LIMIT: "2" });
        assert.equal(status, 0);
        assert.deepEqual(waiting(), [A, B].sort());
        assert.equal(new Queue(queue).dropped(), 2);
        assert.equal(
            stderr,
            [C, D].map((path) => `nix-cache: the queue is full (2): ${path} is not pushed\n`).join(""),
        );
        const wrong = await hook([C], { NIX_CACHE_QUEUE_LIMIT: "0" });
        assert.deepEqual([wrong.status, waiting().length], [0, 2]);
        assert.match(wrong.stderr, /NIX_CACHE_QUEUE_LIMIT is "0"; it must be a whole number from 1\n$/);
    });

    it("asks Nix where Nix does not say what was built", async () => {
        const bin = join(folder, "bin");
        mkdirSync(bin);
        writeFileSync(join(bin, "nix-store"), `#!/bin/sh\n[ "$3" = /drv ] && printf '${A}\\n${B}\\n'\n`, {
            mode: 0o755,
        });
        const env = { PATH: `${bin}:${process.env.PATH ?? ""}` };
        assert.deepEqual(await hook([], { ...env, DRV_PATH: "/drv" }), quiet);
        assert.deepEqual(waiting(), [A, B].sort());
        const { status, stderr } = await hook([], { ...env, DRV_PATH: "/other" });
        assert.deepEqual([status, stderr.split("\n").length], [0, 2]);
        assert.match(stderr, /nix-store does not know the outputs of \/other/);
        assert.deepEqual(await hook([]), quiet);
    });

    it("never fails a build, and says in one line what it could not do", async () => {
        symlinkSync("nothing", join(folder, "dangling"));
        symlinkSync("circle", join(folder, "circle"));
        for (const where of [
            join(folder, "dangling"),
            join(folder, "circle"),
            "/proc/nope",
            "/etc/hostname/queue",
            join(folder, "n".repeat(300)),
        ]) {
            const { status, stdout, stderr } = await hook([A], { NIX_CACHE_QUEUE: where });
            assert.deepEqual([status, stdout], [0, ""]);
            assert.match(stderr, /^nix-cache: not queued: [^\n]+\n$/, where);
        }
        await hook([A]);
        // A folder of a path's name is in the way; one that waits behind it is not lost.
        mkdirSync(join(queue, "incoming", "new", baseName(B)));
        assert.equal((await hook([C])).status, 0);
        assert.deepEqual(waiting(), [A, C].sort());
    });

    it("loses nothing when many builds end at once, or when one before it was ended", async () => {
        const many = Array.from({ length: 120 }, (_, number) => madeUp(number + 10));
        await hook([A]);
        // As a hook leaves it that was ended between its two steps.
        writeFileSync(join(queue, "incoming", "new", baseName(D)), "");
        const ended = await mapAtOnce(many, 12, (path) => hook([path, A]));
        assert.deepEqual(
            ended.filter(({ status, stderr }) => status !== 0 || stderr !== ""),
            [],
        );
        assert.deepEqual(waiting(), [A, D, ...many].sort());
    });

    describe("as root, beside a service that is not", function () {
        maySkip(this, "root");
        before(function () {
            if (!isRoot) skip(this, "root");
        });

        /** As the NixOS module makes it. */
        const makeQueue = () => {
            for (const part of ["", "incoming", "incoming/new", "incoming/paths"])
                mkdirSync(join(queue, part));
            chownSync(join(queue, "incoming", "paths"), 0, SERVICE);
            chmodSync(join(queue, "incoming", "paths"), 0o775);
        };

        for (const part of ["", "incoming", "incoming/new", "incoming/paths"]) {
            for (const [what, spoil, reason] of [
                ["the service's", (at: string) => chownSync(at, SERVICE, SERVICE), /belongs to user 65534/],
                ["anybody's", (at: string) => chmodSync(at, 0o777), /can be written by others than root/],
            ] as const) {
                it(`writes nothing where a folder is ${what}: queue/${part}`, async () => {
                    makeQueue();
                    spoil(join(queue, part));
                    const { status, stderr } = await hook([A]);
                    assert.equal(status, 0);
                    assert.match(stderr, reason);
                    assert.match(stderr, /^[^\n]*, so root writes nothing there\n$/);
                    assert.deepEqual(readdirSync(join(queue, "incoming", "paths")), []);
                    assert.deepEqual(readdirSync(join(queue, "incoming", "new")), []);
                });
            }
        }

        it("writes nothing below a link that leads into somebody else's folder", async () => {
            const theirs = join(folder, "theirs");
            mkdirSync(theirs);
            chownSync(theirs, SERVICE, SERVICE);
            symlinkSync(theirs, queue);
            const { status, stderr } = await hook([A]);
            assert.equal(status, 0);
            assert.match(stderr, /theirs belongs to user 65534/);
            assert.deepEqual(readdirSync(theirs), []);
        });

        it("opens nothing that the service puts there, however fast it does", async function () {
            this.timeout(120_000);
            makeQueue();
            const theirs = join(folder, "root.conf");
            writeFileSync(theirs, "root's\n", { mode: 0o600 });
            const script = `
                import { rmSync, symlinkSync } from "node:fs";
                import { execFileSync } from "node:child_process";
                process.setgroups([]); process.setgid(${SERVICE}); process.setuid(${SERVICE});
                process.chdir(process.argv[1]);
                for (let n = 0; ; n++) for (const name of process.argv.slice(3)) try {
                    rmSync(name, { force: true, recursive: true });
                    if (n % 3 === 0) execFileSync("mkfifo", [name], { stdio: "ignore" });
                    else symlinkSync(n % 3 === 1 ? process.argv[2] : "fifo", name);
                    if (n % 100 === 0) process.stdout.write(".");
                } catch {}`;
            const paths = join(queue, "incoming", "paths");
            const hostile = spawn(
                process.execPath,
                ["--input-type=module", "-e", script, paths, theirs, ...PATHS.map(baseName)],
                { stdio: ["ignore", "pipe", "inherit"], cwd: "/" },
            );
            await once(hostile.stdout, "data");
            for (let n = 0; n < 150; n++) {
                const ended = hook(PATHS);
                const { status } = await Promise.race([
                    ended,
                    sleep(20_000).then(() => ({ status: "hangs" })),
                ]);
                assert.equal(status, 0);
            }
            hostile.kill("SIGKILL");
            await once(hostile, "exit");
            assert.equal(readFileSync(theirs, "utf8"), "root's\n");
            assert.equal(statSync(theirs).uid, 0);
        });
    });
}
