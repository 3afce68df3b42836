import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:https";
import type { Cache } from "../../src/s3/bucket.ts";
import { Scene } from "./byHand/scene.ts";
import { MAIN, nixCache, shellEnvironment } from "./cli.ts";
import { killTwo, KILLS } from "./mending/killed.ts";
import { mustBeSound } from "./mending/sound.ts";
import { fill, programs, renewed, wholeness, type Path } from "./trimming/fill.ts";

const LONG = process.env.NIX_CACHE_TEST_LONG === "1";
/** The long form cuts 10,000; NIX_CACHE_TEST_TRIM_PATHS has it kill a smaller one as often. */
const PATHS = Number(process.env.NIX_CACHE_TEST_TRIM_PATHS ?? (LONG ? 10_000 : 300));

describe("nix-cache trim", function () {
    this.timeout(3_600_000);
    let s: Scene;
    let cache: Cache;
    let agent: Agent;
    let paths: readonly Path[];
    let pinned: ReadonlySet<string>;
    let full: number;

    before(async () => {
        s = await Scene.open("trimmed", { maxSize: "1GiB" });
        agent = new Agent({ keepAlive: true, ca: s.stack.minio.connection.ca });
        cache = { connection: { ...s.stack.minio.connection, agent }, bucket: s.bucket };
        const { secretKey } = await s.stack.outputs();
        paths = renewed(programs(PATHS, String(secretKey)));
        await fill(cache, paths);
        // Among the oldest.
        const root = paths[Math.floor(PATHS / 100) * 10 + 9]!;
        const { status, stderr } = await nixCache(s.stack, ["pin", "old", root.path, "--upstream", ""]);
        assert.equal(status, 0, stderr);
        pinned = closureOf([root]);
        assert.ok(pinned.size > 3);
        full = (await wholeness(cache)).bytes;
    });
    after(() => agent.destroy());

    function closureOf(roots: readonly Path[]): Set<string> {
        const byPath = new Map(paths.map((one) => [one.path, one]));
        const seen = new Set<string>();
        const more = roots.map(({ path }) => path);
        for (let path = more.pop(); path !== undefined; path = more.pop()) {
            const found = byPath.get(path);
            if (found === undefined || seen.has(found.narinfo.key)) continue;
            seen.add(found.narinfo.key);
            more.push(...found.references);
        }
        return seen;
    }

    const trim = (...args: string[]) => nixCache(s.stack, ["trim", ...args]);

    /** What is left is whole, has what is pinned, and of two paths not the older one alone. */
    async function mustBeWhole(): Promise<number> {
        const { narinfos, broken, bytes } = await wholeness(cache);
        assert.deepEqual(broken, []);
        for (const key of pinned) assert.ok(narinfos.has(key), key);
        return bytes;
    }

    it("has nothing to do below maxSize", async () => {
        const { status, stdout } = await trim("--yes");
        assert.equal(status, 0);
        assert.match(stdout, /no more than 1 GiB: nothing to trim\n$/);
    });

    it("says what it would remove, and removes nothing", async () => {
        const { status, stdout, stderr } = await trim("--to", String(Math.floor(full / 2)), "--dry-run");
        assert.equal(status, 0, stderr);
        assert.match(stdout, /this will be removed:\n {2}- \d+ paths that nothing has needed since 2/);
        assert.match(stdout, /spared: 1 pin with all that is referred to/);
        for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
        assert.equal((await wholeness(cache)).bytes, full);
    });

    it("asks first", async () => {
        const { status, stderr } = await trim("--to", String(Math.floor(full / 2)));
        assert.equal(status, 1);
        assert.match(stderr, /there is no terminal here: nix-cache trim --yes\. Nothing has been changed\./);
        assert.equal((await wholeness(cache)).bytes, full);
    });

    it("refuses a size that pins alone have more than", async () => {
        const { status, stderr } = await trim("--to", "1K", "--yes");
        assert.equal(status, 1);
        assert.match(stderr, /^nix-cache: 1 KiB cannot be reached: .* Nothing has been changed\.?$/m);
        assert.equal((await wholeness(cache)).bytes, full);
    });

    for (const args of [
        ["--to", "some"],
        ["--to", "-1"],
    ])
        it(`refuses ${args.join(" ")}`, async () => {
            assert.equal((await trim(...args)).status, 2);
        });

    it(`cuts ${PATHS} paths to half: what is left is young or pinned, and whole`, async () => {
        const to = Math.floor(full / 2);
        const begun = performance.now();
        const { status, stdout, stderr } = await trim("--to", String(to), "--yes", "--json");
        assert.equal(status, 0, stderr);
        console.log(`      ${PATHS} paths to half in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
        const told = JSON.parse(stdout) as { after: number; since: string; pins: number };
        const bytes = await mustBeWhole();
        assert.ok(bytes <= to && bytes > to * 0.9, `${bytes} of ${to}`);
        assert.deepEqual([told.after, told.pins], [bytes, 1]);
        const { narinfos } = await wholeness(cache);
        const young = paths.filter(({ age }) => age < 10);
        for (const { narinfo } of young) assert.ok(narinfos.has(narinfo.key));
        const allowed = new Set([...closureOf(paths.filter(({ age }) => age <= 20)), ...pinned]);
        for (const key of narinfos) assert.ok(allowed.has(key), key);
    });

    it("leaves what doctor --deep verifies", async () => {
        // What is pinned is old, and doctor would warn of it.
        const renewal = await nixCache(s.stack, ["renew", "--upstream", ""]);
        assert.equal(renewal.status, 0, renewal.stderr);
        const { status, stdout, stderr } = await nixCache(s.stack, ["doctor", "--deep", "--upstream", ""]);
        assert.equal(status, 0, stdout + stderr);
    });

    it("has nothing left to do then", async () => {
        const { stdout } = await trim("--to", String(Math.floor(full / 2)), "--yes");
        assert.match(stdout, /nothing to trim\n$/);
    });

    it("keeps what was needed and not changed since its plan was made", async () => {
        await fill(cache, paths);
        const to = await mustBeWhole().then((bytes) => Math.floor(bytes / 2));
        const running = start("--to", String(to), "--yes");
        // Whenever it comes: a pin of the oldest, which is in the plan.
        await nixCache(s.stack, ["pin", "late", paths[0]!.path, "--upstream", ""]);
        await once(running, "exit");
        await mustBeWhole();
        await nixCache(s.stack, ["unpin", "late"]);
    });

    it(`is killed ${KILLS} times at random moments, two at once, and nothing is broken`, async () => {
        const to = Math.floor(full / 2);
        const args = ["--to", String(to), "--yes"];
        const told = await killTwo({
            begin: () => start(...args),
            again: () => fill(cache, paths),
            look: async () => {
                const bytes = await mustBeWhole();
                await mustBeSound(s.stack);
                return bytes >= full ? "not begun" : bytes > to ? "begun" : "done";
            },
            state: async () => String((await wholeness(cache)).bytes),
        });
        console.log(`      ${told}`);
        const { status, stderr } = await trim(...args);
        assert.equal(status, 0, stderr);
        assert.ok((await mustBeWhole()) <= to);
    });

    it("runs twice at once", async () => {
        await fill(cache, paths);
        const to = String(Math.floor(full / 2));
        const both = await Promise.all([trim("--to", to, "--yes"), trim("--to", to, "--yes")]);
        for (const { status, stderr } of both) assert.equal(status, 0, stderr);
        const bytes = await mustBeWhole();
        assert.ok(bytes <= full / 2 && bytes > full * 0.45, String(bytes));
    });

    function start(...args: string[]) {
        return spawn(process.execPath, [MAIN, "trim", ...args], {
            cwd: s.stack.place.workDir,
            env: shellEnvironment(s.stack),
            stdio: "ignore",
        });
    }
});
