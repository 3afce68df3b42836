import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { median } from "../../bench/results.ts";
import { forEachAtOnce } from "../../src/system/pool.ts";
import { Scene } from "../e2e/byHand/scene.ts";
import { MAIN, shellEnvironment } from "../e2e/cli.ts";
import { narinfoText, signedPaths, type Path } from "../e2e/doctoring/paths.ts";
import { Bucket } from "../e2e/objects.ts";

/**
 * What `nix-cache doctor --deep` takes for caches of several sizes, one after the other:
 * `npm test -- test/bench/doctor.ts`. NIX_CACHE_BENCH_PATHS names the sizes, and
 * NIX_CACHE_BENCH_BEFORE the program of another checkout, src/cli/main.ts, which takes turns with this one.
 */
const SIZES = (process.env.NIX_CACHE_BENCH_PATHS ?? "1000 10000 100000").split(" ").map(Number);
/**
 * MiB for JavaScript's objects in a second run. Without a limit Node lets them grow
 * before it looks for what can go, so the first run's memory says little.
 */
const HEAP = 48;
const { NIX_CACHE_BENCH_BEFORE: BEFORE } = process.env;
const MAINS = [MAIN, ...(BEFORE === undefined ? [] : [BEFORE])];
const ROUNDS = MAINS.length > 1 ? 3 : 1;
const ARGUMENTS = {
    /** What a run takes anyway; it is taken from the others for the time of each narinfo. */
    one: ["--sample", "1"],
    "all NARs read": [],
    "no NAR read": ["--nar-bytes", "0"],
};
/** So many paths have one NAR, which halves the time of filling; the doctor asks for it once for each of them. */
const ALIKE = 10;

describe("nix-cache doctor --deep", function () {
    this.timeout(7_200_000);
    let scene: Scene;
    let there = 0;

    before(async () => {
        scene = await Scene.open("bench");
    });

    for (const size of SIZES) {
        it(`of ${size} narinfos`, async () => {
            const filled = await seconds(() => fill(size));
            console.log(`      ${size} narinfos, filled in ${filled.toFixed(0)} s`);
            let base = MAINS.map(() => 0);
            for (const [what, args] of Object.entries(ARGUMENTS)) {
                const times = new Map(MAINS.map((main) => [main, [] as number[]]));
                for (let round = 0; round < ROUNDS; round++)
                    for (const main of MAINS) {
                        const { status, stdout, peak, processor, time } = await deep(main, args);
                        assert.equal(status, 0, stdout);
                        times.get(main)?.push(time);
                        const each = Math.round(size / time);
                        console.log(
                            `      ${what}, ${main === MAIN ? "this" : "before"}: ${time.toFixed(1)} s, ${each} a second (${processor.toFixed(1)} s of processor time), peak memory ${peak} MiB`,
                        );
                    }
                const medians = [...times.values()].map(median);
                if (what === "one") base = medians;
                const [now = NaN, before = NaN] = medians.map((time, n) => time - (base[n] ?? 0));
                if (what !== "one" && MAINS.length > 1)
                    console.log(
                        `      ${what}: ${((now / size) * 1000).toFixed(2)} ms a narinfo, before ${((before / size) * 1000).toFixed(2)}: ${(before / now).toFixed(2)} times`,
                    );
            }
            const { status, time, peak } = await deep(MAIN, ARGUMENTS["all NARs read"], HEAP);
            assert.equal(status, 0);
            console.log(`      with a heap of ${HEAP} MiB: ${time.toFixed(1)} s, peak memory ${peak} MiB`);
        });
    }

    /** Puts what is missing up to this number of paths. */
    async function fill(size: number): Promise<void> {
        const { url, ca } = scene.stack.minio.connection;
        const agent = new Agent({ keepAlive: true, ca });
        const push = new Bucket({ url, agent, ...scene.secrets.builders[scene.one] }, scene.bucket);
        const put = async (key: string, body: Buffer | string) =>
            assert.equal((await push.request("PUT", key, { body })).status, 200);
        const { secretKey } = await scene.stack.outputs();
        await forEachAtOnce(numbered(size, String(secretKey)), 32, async ([number, path]) => {
            if (number < there) return;
            if (number % ALIKE === 0) await put(path.info.url, path.nar);
            await put(path.key, narinfoText(path));
        });
        agent.destroy();
        there = size;
    }

    async function deep(main: string, args: readonly string[], heap?: number): Promise<Run> {
        const start = performance.now();
        const child = spawn(process.execPath, [main, "doctor", "--deep", ...args], {
            cwd: scene.stack.place.workDir,
            env: {
                ...shellEnvironment(scene.stack),
                ...(heap === undefined ? {} : { NODE_OPTIONS: `--max-old-space-size=${heap}` }),
            },
            stdio: ["ignore", "pipe", "inherit"],
        });
        let stdout = "";
        let peak = 0;
        let processor = 0;
        child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
        const timer = setInterval(() => {
            peak = Math.max(peak, peakMemory(child.pid));
            processor = Math.max(processor, processorTime(child.pid));
        }, 100);
        const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
        clearInterval(timer);
        return { status, stdout, peak, processor, time: (performance.now() - start) / 1000 };
    }
});

function* numbered(size: number, secretKey: string): Generator<[number, Path]> {
    let number = 0;
    for (const path of signedPaths(size, secretKey, ALIKE)) yield [number++, path];
}

async function seconds(work: () => Promise<void>): Promise<number> {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
}

interface Run {
    readonly status: number | null;
    readonly stdout: string;
    /** MiB. */
    readonly peak: number;
    /** Seconds of one processor. */
    readonly processor: number;
    /** Seconds. */
    readonly time: number;
}

/** Processor time of a process so far, in seconds; 0 when it has ended. */
function processorTime(pid: number | undefined): number {
    try {
        const fields = readFileSync(`/proc/${pid ?? 0}/stat`, "utf8")
            .replace(/^.*\) /, "")
            .split(" ");
        return (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
        return 0;
    }
}

/** The most memory that a process has had so far, in MiB; 0 when it has ended. */
function peakMemory(pid: number | undefined): number {
    try {
        const text = readFileSync(`/proc/${pid ?? 0}/status`, "utf8");
        return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1] ?? 0) / 1024);
    } catch {
        return 0;
    }
}
