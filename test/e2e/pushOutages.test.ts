import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDir } from "../../sandbox/paths.ts";
import { startMinio } from "../../sandbox/minio.ts";
import { stopMinio } from "../../sandbox/minioProcess.ts";
import { readState } from "../../src/push/state.ts";
import { maySkip, skip } from "../skips.ts";
import { everyNarOutlives, substitute } from "./pushing/anybody.ts";
import { BuildMachine } from "./pushing/builder.ts";
import { newMinio, theWorld } from "./world.ts";

/** Store paths that are queued. NIX_CACHE_TEST_PATHS=200 is what the service was tried with; it takes two minutes more. */
const PATHS = Number(process.env.NIX_CACHE_TEST_PATHS ?? "24");
const PATHS_OF_A_BUILD = 8;

describe("the push service, with a server that is away and a machine that is switched off", function () {
    maySkip(this, "nix");
    this.timeout(1_800_000);

    before(async function () {
        if ((await theWorld()).tools.nix === undefined) skip(this, "nix");
    });

    it("loses nothing but what found the queue full", async () => {
        const minio = await newMinio((await theWorld()).tools);
        const machine = await BuildMachine.of("outages", {}, minio);
        const apps = await build(machine);
        const [bad = "", ...more] = await machine.store.add([
            { name: "bad-library", contents: "will be gone" },
            ...["more-1", "more-2", "more-3"].map((name) => ({ name, contents: name })),
        ]);
        const [broken = ""] = await machine.store.add([
            { name: "broken", contents: `uses ${bad}`, references: [bad] },
        ]);
        // Nix thinks that it has it, as after a disk's fault.
        const file = join(machine.store.root, bad);
        chmodSync(join(file, ".."), 0o755);
        rmSync(file);

        await stopMinio(minio.dir);
        const limit = ["--limit", String(PATHS + 1)];
        for (const paths of [[broken], ...groups(apps), more]) {
            const { status } = await machine.cli("enqueue", limit, { OUT_PATHS: paths.join(" ") });
            assert.equal(status, 0, "a build never fails because of the queue");
        }
        assert.equal((await machine.report()).waiting, PATHS + 1);
        assert.equal((await machine.report()).dropped, more.length);

        const first = start(machine);
        while (readState(machine.queue).outageSince === undefined) await sleep(100);
        assert.equal((await machine.report()).waiting, PATHS + 1, "a server that is away is no path's fault");
        const again = await startMinio({ binary: machine.stack.world.tools.minio, dir: minio.dir });
        assert.equal(again.connection.url, minio.connection.url);

        await killAt(machine, first, Math.floor(PATHS / 3));
        await killAt(machine, start(machine), Math.floor((PATHS * 2) / 3));
        const began = Date.now();
        const { status, stdout, stderr } = await machine.cli("push", PAUSES);
        assert.equal(status, 1, `one path has failed\n${stdout}${stderr}`);
        const { waiting, failed, pushed } = await machine.report();
        assert.equal(waiting, 0);
        assert.deepEqual(
            failed.map(({ path, tries }) => [path, tries]),
            [[broken, 2]],
        );
        assert.match(failed[0]?.lastError ?? "", /bad-library/);
        // A service that is killed between a push and its note of it counts one too few.
        assert.ok(pushed >= PATHS - 2 && pushed <= PATHS, String(pushed));
        for (const secret of machine.secrets()) assert.ok(!(stdout + stderr).includes(secret));

        const got = await substitute(machine, apps);
        // The applications, one library for each build, and the one that all use.
        assert.equal(got.length, PATHS + Math.ceil(PATHS / PATHS_OF_A_BUILD) + 1);
        assert.equal(await everyNarOutlives(machine), got.length);
        console.log(`      ${PATHS} paths; after two kills the rest in ${Date.now() - began} ms`);

        await machine.cli("queue", ["--retry"]);
        assert.equal((await machine.report()).waiting, 1);
    });
});

const PAUSES = ["--first-pause", "0.1", "--longest-pause", "0.5", "--max-tries", "2"];

/** Applications of several builds; each uses the library of its build, one that all use, and a public one. */
async function build(machine: BuildMachine): Promise<string[]> {
    const [glibc = "", base = ""] = await machine.store.add([
        { name: "glibc", contents: "public", upstream: true },
        { name: "base", contents: "of all" },
    ]);
    const count = Math.ceil(PATHS / PATHS_OF_A_BUILD);
    const libraries = await machine.store.add(
        Array.from({ length: count }, (_, n) => ({
            name: `library-${n}`,
            contents: `library ${n} uses ${base}`,
            references: [base, glibc],
        })),
    );
    return machine.store.add(
        Array.from({ length: PATHS }, (_, n) => {
            const references = [libraries[Math.floor(n / PATHS_OF_A_BUILD)] ?? "", base, glibc];
            return { name: `app-${n}`, contents: `app ${n} uses ${references.join(" ")}`, references };
        }),
    );
}

function groups(paths: readonly string[]): string[][] {
    return Array.from({ length: Math.ceil(paths.length / PATHS_OF_A_BUILD) }, (_, n) =>
        paths.slice(n * PATHS_OF_A_BUILD, (n + 1) * PATHS_OF_A_BUILD),
    );
}

/** Starts the service as systemd does. It ends with this process at the latest. */
function start(machine: BuildMachine): ChildProcess {
    const program = join(projectDir, "src", "cli", "main.ts");
    const child = spawn(process.execPath, [program, "push", "--watch", ...PAUSES], {
        env: machine.environment(),
        stdio: "ignore",
    });
    process.once("exit", () => child.kill("SIGKILL"));
    return child;
}

/** Kills the service, without a warning, when so many were pushed. */
async function killAt(machine: BuildMachine, child: ChildProcess, pushed: number): Promise<void> {
    while (readState(machine.queue).pushed < pushed) {
        assert.equal(child.exitCode, null, "the service goes on");
        await sleep(50);
    }
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
}
