import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    chownSync,
    existsSync,
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
import { Queue } from "../../../src/push/queue.ts";
import { baseName } from "../../../src/cache/storePath.ts";
import { projectDir } from "../../../sandbox/paths.ts";
import { run } from "../../../src/system/run.ts";
import { maySkip, skip } from "../../skips.ts";
import { madeUp } from "../../standIn/pusher.ts";

/** `nobody`, and its group. */
const SERVICE = 65534;
const PATHS = [1, 2, 3, 4].map(madeUp);
const HOOK = join(projectDir, "src", "cli", "main.ts");

describe("the post-build-hook", function () {
    maySkip(this, "root");
    this.timeout(120_000);
    let folder: string;
    let queue: string;
    const hook = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
        const { PATH = "", HOME = "" } = process.env;
        return run(process.execPath, [HOOK, "enqueue", ...args], {
            env: { PATH, HOME, NIX_CACHE_QUEUE: queue, ...env },
            cwd: "/",
        });
    };
    /** What is waiting, by number. */
    const waiting = () => new Queue(queue).list().map(({ path }) => PATHS.indexOf(path) + 1);

    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-hook-"));
        chmodSync(folder, 0o755);
        queue = join(folder, "queue");
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    describe("as root, beside a service that is not", () => {
        before(function () {
            if (process.getuid?.() !== 0) skip(this, "root");
        });

        /** As the NixOS module makes it. */
        const makeQueue = () => {
            for (const part of ["", "incoming", "incoming/paths"]) mkdirSync(join(queue, part));
            chownSync(join(queue, "incoming", "paths"), 0, SERVICE);
            chmodSync(join(queue, "incoming", "paths"), 0o775);
            mkdirSync(join(queue, "state"));
            chownSync(join(queue, "state"), SERVICE, SERVICE);
            // Of a version before, whose folders are the service's.
            mkdirSync(join(queue, "waiting"));
            chownSync(join(queue, "waiting"), SERVICE, SERVICE);
        };

        it("writes through no link, however fast the service swaps them in, and loses count of nothing", async () => {
            makeQueue();
            const theirs = join(folder, "root.conf");
            const secret = join(folder, "root");
            writeFileSync(theirs, "root's\n", { mode: 0o600 });
            mkdirSync(secret, { mode: 0o755 });
            const hostile = spawn(
                process.execPath,
                [
                    join(projectDir, "test", "standIn", "hostileService.mjs"),
                    ...[String(SERVICE), queue, theirs, secret],
                    ...PATHS.map(baseName),
                ],
                { stdio: ["ignore", "pipe", "inherit"], cwd: "/" },
            );
            let turns = 0;
            hostile.stdout.on("data", (dots: Buffer) => (turns += dots.length));
            await once(hostile.stdout, "data");
            let dropped = 0;
            for (let n = 0; n < 1_000 || turns < 20; n++) {
                // A queue with room, and one that is full, where it counts.
                const limit = n % 2 === 0 ? 10_000 : 2;
                for (const path of PATHS) if (new Queue(queue).add(path, limit) === "dropped") dropped++;
                if (n % 20 === 0) await sleep(1);
            }
            hostile.kill("SIGKILL");
            await once(hostile, "exit");
            assert.equal(readFileSync(theirs, "utf8"), "root's\n");
            assert.equal(statSync(theirs).uid, 0);
            assert.deepEqual(readdirSync(secret), []);
            assert.ok(dropped > 0);
            assert.equal(new Queue(queue).dropped(), dropped);
            const links = readdirSync(join(queue, "incoming", "paths"), { withFileTypes: true });
            assert.ok(links.length > 0 && turns >= 20, "the service was at work");
        });

        for (const [what, spoil, reason] of [
            [
                "a folder of the service's",
                (at: string) => chownSync(at, SERVICE, SERVICE),
                /belongs to user 65534 and not to root, so root writes nothing there$/,
            ],
            [
                "a folder that others can write",
                (at: string) => chmodSync(at, 0o777),
                /can be written by others than root \(mode 777\), so root writes nothing there$/,
            ],
            [
                "a folder that a group can write",
                (at: string) => chmodSync(at, 0o775),
                /can be written by others than root \(mode 775\), so root writes nothing there$/,
            ],
        ] as const) {
            for (const part of ["", "incoming"]) {
                it(`writes nothing below ${what}, and says so: queue/${part}`, async () => {
                    makeQueue();
                    spoil(join(queue, part));
                    const { status, stderr } = await hook([PATHS[0] ?? ""]);
                    assert.equal(status, 0);
                    assert.match(stderr.trimEnd(), reason);
                    assert.equal(stderr.trimEnd().split("\n").length, 1);
                    assert.deepEqual(readdirSync(join(queue, "incoming", "paths")), []);
                });
            }
        }

        it("writes nothing through a link that somebody else has made", async () => {
            makeQueue();
            const link = join(folder, "theirs");
            mkdirSync(link);
            chownSync(link, SERVICE, SERVICE);
            symlinkSync(queue, join(link, "queue"));
            const { status, stderr } = await hook(["--queue", join(link, "queue"), PATHS[0] ?? ""]);
            assert.equal(status, 0);
            assert.match(stderr, /theirs belongs to user 65534/);
            assert.deepEqual(waiting(), []);
        });

        it("follows a link of root's", async () => {
            makeQueue();
            symlinkSync(queue, join(folder, "link"));
            const { stderr } = await hook(["--queue", join(folder, "link"), PATHS[0] ?? ""]);
            assert.equal(stderr, "");
            assert.deepEqual(waiting(), [1]);
        });

        it("is led nowhere by a service that owns the queue's folder, also when root asks", async () => {
            const theirs = join(folder, "theirs");
            const target = join(folder, "root");
            mkdirSync(join(theirs, "failed"), { recursive: true });
            mkdirSync(join(target, "work"), { recursive: true });
            symlinkSync(target, join(theirs, "state"));
            writeFileSync(join(theirs, "failed", baseName(PATHS[0] ?? "")), "{}");
            for (const path of [join(theirs, "failed"), theirs]) chownSync(path, 65534, 65534);
            chmodSync(folder, 0o755);
            const before = readdirSync(target);
            const { status } = await run(process.execPath, [HOOK, "queue", "--retry", "--queue", theirs]);
            assert.notEqual(status, 0);
            assert.deepEqual(readdirSync(target), before);
        });

        it("leaves `queue` what the service may do, also when root asks", async () => {
            makeQueue();
            const target = join(folder, "root");
            mkdirSync(target);
            for (const part of ["new", "waiting"]) symlinkSync(target, join(queue, "state", part));
            mkdirSync(join(queue, "state", "failed"));
            writeFileSync(join(queue, "state", "failed", baseName(PATHS[0] ?? "")), "{}");
            const { status } = await run(process.execPath, [HOOK, "queue", "--retry", "--queue", queue]);
            assert.notEqual(status, 0);
            assert.deepEqual(readdirSync(target), []);
        });
    });

    it("makes its folders, and says in one line where it cannot", async () => {
        assert.deepEqual(await hook([PATHS[0] ?? ""]), { status: 0, stdout: "", stderr: "" });
        assert.deepEqual(waiting(), [1]);
        symlinkSync(join(folder, "nothing"), join(folder, "dangling"));
        symlinkSync("circle", join(folder, "circle"));
        for (const [where, reason] of [
            [join(folder, "dangling"), /a link to what is not there: .*nothing$/],
            [join(folder, "circle"), /there is a circle of links at /],
            ["/proc/nope", /^nix-cache: not queued: \/proc\/nope: no folder can be made here$/],
            ["/etc/hostname/queue", /\/etc\/hostname is not a folder$/],
            [join(folder, "n".repeat(300)), /: the name is too long$/],
        ] as const) {
            const { status, stdout, stderr } = await hook(["--queue", where, PATHS[0] ?? ""]);
            assert.deepEqual([status, stdout], [0, ""]);
            assert.match(stderr.trimEnd(), reason);
            assert.equal(stderr.trimEnd().split("\n").length, 1);
        }
        assert.ok(!existsSync(join(folder, "nothing")));
    });

    it("waits no longer than it may for Nix, and what is only slow is queued all the same", async () => {
        const bin = join(folder, "bin");
        mkdirSync(bin);
        writeFileSync(join(bin, "nix-store"), `#!/bin/sh\nsleep 4\necho ${PATHS[1] ?? ""}\n`, {
            mode: 0o755,
        });
        const { PATH = "" } = process.env;
        const begun = performance.now();
        const { status, stderr } = await hook([], { PATH: `${bin}:${PATH}`, DRV_PATH: "/nix/store/x.drv" });
        assert.equal(status, 0);
        assert.match(stderr, /does not answer; what was built is queued later, or not at all$/m);
        // It was over before Nix was.
        assert.deepEqual(waiting(), []);
        assert.ok(performance.now() - begun < 30_000);
        while (waiting().length === 0) await sleep(100);
        assert.deepEqual(waiting(), [2]);
    });

    it("ends though a file system does not", async () => {
        // What waits for such a file system can be ended by nothing that it does itself.
        const stuck = join(folder, "stuck.mjs");
        writeFileSync(
            stuck,
            `import fs from "node:fs";
             import { syncBuiltinESMExports } from "node:module";
             fs.opendirSync = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
             syncBuiltinESMExports();`,
        );
        const { status, stderr } = await hook([PATHS[0] ?? ""], { NODE_OPTIONS: `--import=${stuck}` });
        assert.equal(status, 0);
        assert.match(stderr, /does not answer/);
        assert.deepEqual(waiting(), []);
    });
});
