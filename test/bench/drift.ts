import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { readSnapshot } from "../../src/minio/snapshot.ts";
import { binFolder } from "../../toolchain/pulumiHome.ts";
import { run } from "../../src/system/run.ts";
import { Scene } from "../e2e/byHand/scene.ts";
import { shellEnvironment } from "../e2e/cli.ts";

/**
 * Where the time of `nix-cache drift`, compiled, goes:
 * `npm run build && npm test -- test/bench/drift.ts`. NIX_CACHE_BENCH_PLAN may
 * name a command, such as `tofu -chdir=DIR plan -detailed-exitcode`, to compare
 * with: it is run in turn with the others, so that all meet the same load.
 */
const ROUNDS = 7;

describe("nix-cache drift, compiled, on an untouched stack", function () {
    this.timeout(1_800_000);

    it("takes its time for", async () => {
        const main = join(projectDir, "dist", "src", "cli", "main.js");
        assert.ok(existsSync(main), "npm run build comes first");
        const { stack, bucket } = await Scene.open("timed");
        const env = shellEnvironment(stack);
        const cwd = stack.place.workDir;
        const command =
            (program: string, ...args: string[]) =>
            async (): Promise<void> => {
                const { status, stdout, stderr } = await run(program, args, { cwd, env });
                assert.equal(status, 0, stdout + stderr);
            };
        const pulumi = join(binFolder(stack.place.pulumiHome), "pulumi");
        const secrets = ["--json", "--show-secrets", "--non-interactive"];
        const plan = process.env.NIX_CACHE_BENCH_PLAN;
        const parts: Record<string, () => Promise<unknown>> = {
            "nix-cache drift": command(process.execPath, main, "drift"),
            "  node alone": command(process.execPath, main, "--help"),
            "  pulumi stack output": command(pulumi, "stack", "output", ...secrets),
            "  pulumi config": command(pulumi, "config", ...secrets),
            "  both of these at once": () =>
                Promise.all([
                    command(pulumi, "stack", "output", ...secrets)(),
                    command(pulumi, "config", ...secrets)(),
                ]),
            "  requests to MinIO": () => readSnapshot(stack.minio.connection, bucket),
            "  pulumi version (it starts, and reads nothing)": command(pulumi, "version"),
            ...(plan === undefined ? {} : { [plan]: command("/bin/sh", "-c", plan) }),
        };
        const times = new Map<string, number[]>(Object.keys(parts).map((name) => [name, []]));
        for (let round = 0; round < ROUNDS; round++) {
            for (const [name, work] of Object.entries(parts)) {
                const start = performance.now();
                await work();
                times.get(name)?.push(performance.now() - start);
            }
        }
        for (const [name, all] of times) {
            const sorted = all.sort((a, b) => a - b);
            const [least = 0, median = 0] = [sorted[0], sorted[Math.floor(ROUNDS / 2)]];
            console.log(`      ${name.padEnd(48)} ${median.toFixed(0)} ms (least ${least.toFixed(0)} ms)`);
        }
    });
});
