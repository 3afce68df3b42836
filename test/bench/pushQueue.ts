import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { projectDir } from "../../sandbox/paths.ts";
import { readState } from "../../src/push/state.ts";
import { madeUp, Pusher } from "../standIn/pusher.ts";

/**
 * What `nix-cache push --watch` takes for a queue of this length: memory and open
 * files after the first thousand and at the end. `npm test -- test/bench/pushQueue.ts`,
 * NIX_CACHE_BENCH_PATHS names the length. The service and its queue are real.
 * The paths are made up, so the server has everything, and a shell script that
 * knows any path stands in for `nix`.
 */
const PATHS = Number(process.env.NIX_CACHE_BENCH_PATHS ?? "100000");
const FIRST = Math.min(1_000, PATHS / 2);

describe("nix-cache push --watch", function () {
    this.timeout(12 * 3_600_000);

    it(`of ${PATHS} queued paths`, async () => {
        const pusher = await Pusher.start();
        try {
            const paths = join(pusher.folder, "queue", "incoming", "paths");
            mkdirSync(paths, { recursive: true });
            for (let n = 0; n < PATHS; n++) closeSync(openSync(join(paths, basename(madeUp(n))), "wx"));
            const child = spawn(
                process.execPath,
                [join(projectDir, "src", "cli", "main.ts"), "push", "--watch"],
                {
                    env: pusher.environment,
                    stdio: "ignore",
                },
            );
            process.once("exit", () => child.kill("SIGKILL"));
            let first: Use | undefined;
            let next = FIRST;
            let most = use(child);
            const begun = performance.now();
            for (let pushed = 0; pushed < PATHS; pushed = readState(pusher.queue).pushed) {
                await sleep(250);
                assert.equal(child.exitCode, null, "the service goes on");
                const now = use(child);
                most = { mib: Math.max(most.mib, now.mib), files: Math.max(most.files, now.files) };
                if (pushed < next) continue;
                first ??= most;
                next = pushed + PATHS / 10;
                console.log(
                    `      after ${pushed}: ${words(now)}, at most ${words(most)}, ${rate(pushed, begun)}`,
                );
            }
            console.log(
                `      after ${PATHS}: ${words(use(child))}, at most ${words(most)}, ${rate(PATHS, begun)}`,
            );
            child.kill("SIGTERM");
            assert.deepEqual(readdirSync(paths), []);
            assert.ok(first !== undefined && most.files <= first.files + 20, "files stay open");
        } finally {
            await pusher.stop();
        }
    });
});

interface Use {
    readonly mib: number;
    readonly files: number;
}

/** As Linux tells. */
function use({ pid = 0 }: ChildProcess): Use {
    const resident = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { mib: Math.round(Number(resident) / 1024), files: readdirSync(`/proc/${pid}/fd`).length };
}

function words({ mib, files }: Use): string {
    return `${mib} MiB, ${files} open files`;
}

function rate(paths: number, begun: number): string {
    return `${((performance.now() - begun) / paths).toFixed(1)} ms a path`;
}
