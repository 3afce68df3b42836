import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startMinio, type Minio } from "../../sandbox/minio.ts";
import { filesOf, runningMinio } from "../../sandbox/minioProcess.ts";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { secretsOf, Scene } from "./byHand/scene.ts";
import { nixCache, shellEnvironment } from "./cli.ts";
import { interrupt, kill, points, runWithFault, type CutShort, type Fault } from "./faults/cutShort.ts";
import { stateOf } from "./serverState.ts";
import { newMinio, theWorld } from "./world.ts";

/** What heal prints when it begins to change something, and after each change. */
const STEP = /^(this will be done;|done:) /;
/** How many of the points are tried in an ordinary run. */
const SOME = 3;

describe("nix-cache heal, cut short", function () {
    this.timeout(3_600_000);
    let minio: Minio & { readonly dir: string };
    let s: Scene;
    let steps = 0;
    let tried = 0;

    before(async () => {
        minio = await newMinio((await theWorld()).tools);
        s = await Scene.open("cut-heal", {}, minio);
        await breakIt();
        const whole = await runWithFault(s.stack, ["heal", "--yes"], STEP, 0, kill);
        assert.equal(whole.status, 0, whole.lines.join("\n") + whole.stderr);
        ({ steps } = whole);
        assert.ok(steps >= 6, `${steps} steps`);
    });

    /** Something of every kind: to be taken away, to be made again, to be corrected. */
    async function breakIt(): Promise<void> {
        await s.mc("admin", "policy", "detach", "server", s.writePolicy, "--user", s.one);
        await s.mc("admin", "user", "disable", "server", s.one);
        await s.mc("admin", "user", "rm", "server", s.two);
        await s.mc("admin", "policy", "rm", "server", s.writePolicy);
        await s.mc("anonymous", "set", "public", s.at);
        await s.mc("quota", "set", s.at, "--size", "1GiB");
        await s.mc("rm", `${s.at}/nix-cache-info`);
        await s.mc("ilm", "rule", "rm", "--all", "--force", s.at);
    }

    async function completes(point: number, fault: Fault, repair: () => Promise<unknown>): Promise<CutShort> {
        await breakIt();
        const cut = await runWithFault(s.stack, ["heal", "--yes"], STEP, point, fault);
        assert.ok(cut.steps >= point, `it came to step ${cut.steps} of ${point}`);
        await repair();
        const again = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(again.status, 0, `after step ${point}:\n${again.stdout}${again.stderr}`);
        const [drift, secrets] = await Promise.all([nixCache(s.stack, ["drift"]), secretsOf(s.stack)]);
        assert.equal(drift.status, 0, drift.stdout + drift.stderr);
        assert.deepEqual(secrets, s.secrets);
        tried += 1;
        return cut;
    }

    it("by SIGKILL: the same command completes it", async () => {
        for (const point of points(steps, SOME)) await completes(point, kill, () => Promise.resolve());
        await s.stack.mustBeQuiet();
    });

    it("by Ctrl-C, before Pulumi and while it works: it says how to go on, and the same command does", async () => {
        for (const point of [2, steps - 1]) {
            const { stderr } = await completes(point, interrupt, () => Promise.resolve());
            assert.match(
                stderr,
                /^\nstopping when .*\nnix-cache: stopped\. Done before that: took what .+; the same command goes on from there\n$/,
            );
        }
    });

    it("by the end of MinIO: it says what was done and no more, and the same command completes it", async () => {
        const { tools } = await theWorld();
        const killServer = () =>
            void process.kill(Number(readFileSync(filesOf(minio.dir).pid, "utf8")), "SIGKILL");
        for (const point of points(steps, SOME)) {
            const cut = await completes(point, killServer, async () => {
                while ((await runningMinio(minio.dir)) !== undefined) await sleep(20);
                await startMinio({ binary: tools.minio, dir: minio.dir });
            });
            if (cut.status !== 0) saysWhatWasDone(cut);
        }
        await s.stack.mustBeQuiet();
    });

    /** One line: that nothing has been changed, where nothing was; otherwise what was removed, by name. */
    function saysWhatWasDone({ lines, stderr }: CutShort): void {
        const removed = lines.flatMap(
            (line) => /^done: (?:remove (user \S+|the bucket's \S+))/.exec(line)?.[1] ?? [],
        );
        assert.match(stderr, /^nix-cache: .*\n$/);
        if (removed.length > 0) {
            assert.match(stderr, /\. Done before that: .*; the same command goes on from there\n$/);
            assert.doesNotMatch(stderr, /nothing has been changed/i);
            const first = (removed[0] ?? "").replace(/,$/, "");
            assert.ok(stderr.includes(`removed ${first}`), stderr);
        }
        if (lines.at(-1)?.startsWith("  - ") === true)
            assert.match(stderr, /\. (Nothing has been changed\.|Done before that: took [^,]*)/);
    }

    it("by another one at the same time: one of the two, or the next, completes it", async () => {
        await breakIt();
        const both = await Promise.all([1, 2].map(() => nixCache(s.stack, ["heal", "--yes"])));
        for (const { status, stderr } of both.filter((one) => one.status !== 0)) {
            assert.ok(status === 1 || status === 3, `${status ?? "killed"}: ${stderr}`);
            if (status === 1) assert.match(stderr, /^nix-cache: .*\n$/);
        }
        // The users of those who pushed before are all there, whoever of the two has won.
        const { users } = await readSnapshot(minio.connection, s.bucket);
        if (both.some(({ status }) => status === 0)) {
            assert.deepEqual(Object.keys(users).sort(), [s.one, s.two]);
            assert.ok(Object.values(users).every(({ enabled }) => enabled));
        } else assert.ok(s.one in users);
        for (const { status, stdout } of both) if (status !== 0) assert.doesNotMatch(stdout, /^done: /m);
        const after = await nixCache(s.stack, ["heal", "--yes"]);
        assert.equal(after.status, 0, after.stdout + after.stderr);
        assert.equal((await nixCache(s.stack, ["drift"])).status, 0);
        assert.deepEqual(await secretsOf(s.stack), s.secrets);
        await s.stack.mustBeQuiet();
    });

    it("drift, killed at any of its requests, leaves nothing behind", async () => {
        const state = stateOf(s.stack);
        for (const after of [50, 200, 400]) {
            const run = nixCache(s.stack, ["drift"], { timeoutMs: after });
            await run;
            assert.equal(stateOf(s.stack), state);
        }
        assert.equal((await nixCache(s.stack, ["drift"])).status, 0);
    });

    it("drift, however often, leaves few logs of Pulumi's behind, and those not for long", async () => {
        const logs = join(s.stack.place.pulumiHome, "logs");
        const old = join(logs, "organization+nix-cache+cut-heal-20260101T000000.log");
        const byNumber = () => readdirSync(logs).filter((name) => name.startsWith("pulumi-"));
        writeFileSync(old, "");
        const before = byNumber().sort();
        for (let time = 0; time < 3; time++) assert.equal((await nixCache(s.stack, ["drift"])).status, 0);
        assert.deepEqual(byNumber().sort(), before);
        assert.ok(!existsSync(old));
        // A day and a few megabytes, in a PULUMI_HOME of the sandbox's own.
        const { PULUMI_LOG_ROTATION_MAX_AGE_DAYS, PULUMI_LOG_ROTATION_MAX_TOTAL_MB } = shellEnvironment(
            s.stack,
        );
        assert.deepEqual([PULUMI_LOG_ROTATION_MAX_AGE_DAYS, PULUMI_LOG_ROTATION_MAX_TOTAL_MB], ["1", "10"]);
    });

    after(() => console.log(`      ${tried} cuts of heal, which has ${steps} steps`));
});
