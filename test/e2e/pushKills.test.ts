import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { parseNarinfo } from "../../src/cache/narinfo.ts";
import { narinfoKey } from "../../src/cache/storePath.ts";
import { mapAtOnce } from "../../src/system/pool.ts";
import { projectDir } from "../../sandbox/paths.ts";
import { maySkip, skip } from "../skips.ts";
import { Bucket } from "./objects.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { pathOf, type Spec } from "./pushing/store.ts";
import { theWorld } from "./world.ts";

/** The long form, by NIX_CACHE_TEST_LONG=1. */
const isLong = process.env.NIX_CACHE_TEST_LONG === "1";
const KILLS = isLong ? 100 : 5;
const PATHS = isLong ? 1000 : 200;

describe("a push that is killed", function () {
    maySkip(this, "nix");
    this.timeout(2 * 3_600_000);

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
    });

    it(`${KILLS} times, at random moments of ${PATHS} paths, loses nothing and shows nothing that is not whole`, async () => {
        const machine = await BuildMachine.of("kills");
        const { ca } = machine.stack.minio.connection;
        // The server closes a connection that is idle for long, at times just as it is used again.
        const agent = new Agent({ keepAlive: true, ca, timeout: 5_000 });
        const admin = new Bucket({ ...machine.stack.minio.connection, agent }, "kills");
        const paths = await graph(machine);
        const begun = Date.now();
        let killed = 0;
        /** Milliseconds of a push that is not killed: the first is none. */
        let whole: number | undefined;
        let inTheMiddle = 0;
        while (killed < KILLS) {
            const isFull = machine.queue.list().length === 0;
            if (isFull) {
                await empty(admin);
                for (const path of paths) machine.queue.add(path, PATHS);
            }
            const since = performance.now();
            const child = start(machine);
            const ended = once(child, "exit");
            const ends = [ended.then(() => true)];
            if (whole !== undefined) ends.push(sleep(Math.random() * whole).then(() => false));
            if (await Promise.race(ends)) {
                assert.equal(child.exitCode, 0);
                if (isFull) whole = performance.now() - since;
                continue;
            }
            child.kill("SIGKILL");
            await ended;
            killed++;
            if ((await visible(admin)).size % PATHS > 0) inTheMiddle++;
        }
        assert.equal((await machine.cli("push", ["--first-pause", "0.1"])).status, 0);
        assert.deepEqual(machine.queue.list(), []);
        assert.deepEqual(machine.queue.failed(), []);
        assert.equal((await visible(admin)).size, PATHS);
        assert.equal((await substitute(machine, paths)).length, PATHS);
        assert.equal(await everyNarOutlives(machine), PATHS);
        agent.destroy();
        console.log(
            `      ${killed} kills, ${inTheMiddle} of them with some of the paths visible, in ${Date.now() - begun} ms`,
        );
    });
});

/** Paths that each refer to some before. */
function graph(machine: BuildMachine): Promise<string[]> {
    const names = Array.from({ length: PATHS }, (_, n) => `killed-${n}`);
    return machine.store.add(
        names.map((name, n): Spec => {
            const before = [n - 7, Math.floor(n / 2), Math.floor(n / 3)].filter((at) => at >= 0 && at < n);
            const references = [...new Set(before)].map((at) => pathOf(names[at] ?? ""));
            return { name, contents: `${name} ${references.join(" ")}`.repeat(1 + (n % 50)), references };
        }),
    );
}

function start(machine: BuildMachine) {
    const program = `${projectDir}/src/cli/main.ts`;
    const child = spawn(process.execPath, [program, "push", "--first-pause", "0.1"], {
        env: machine.environment(),
        stdio: "ignore",
    });
    const kill = () => child.kill("SIGKILL");
    process.once("exit", kill);
    child.once("exit", () => process.off("exit", kill));
    return child;
}

/** What hosts see: each narinfo with its NAR, and with those of all that it refers to. */
async function visible(admin: Bucket): Promise<Set<string>> {
    const keys = new Set(await admin.list());
    const narinfos = [...keys].filter((key) => key.endsWith(".narinfo"));
    const infos = await mapAtOnce(narinfos, 16, async (key) => parseNarinfo(String(await admin.read(key))));
    for (const { storePath, url, references } of infos) {
        assert.ok(keys.has(url), `${url} of ${storePath}`);
        for (const name of references)
            assert.ok(keys.has(narinfoKey(`/nix/store/${name}`)), `${name}, to which ${storePath} refers`);
    }
    return new Set(infos.map(({ storePath }) => storePath));
}

/** Removes what was pushed, narinfos before NARs. */
async function empty(admin: Bucket): Promise<void> {
    const all = await admin.list();
    const isNar = (key: string) => key.startsWith("nar/");
    const pushed = [...all.filter((key) => /\.(narinfo|ls)$/.test(key)), ...all.filter(isNar)];
    await mapAtOnce(pushed, 16, (key) => admin.status("DELETE", key));
}
