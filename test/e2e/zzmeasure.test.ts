import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "../../src/system/run.ts";
import { MAIN, shellEnvironment } from "./cli.ts";
import { mc } from "./mc.ts";
import { TestStack } from "./testStack.ts";
import { newFolder } from "./world.ts";

const OLD = "/tmp/s/engine/c-6d6c965";
const MAINS = { before: `${OLD}/ops/main.ts`, after: MAIN };
describe("measure", function () {
    this.timeout(1_800_000);
    it("does", async () => {
        const folder = newFolder("count");
        const file = join(folder, "count");
        const stacks = {} as Record<"before" | "after", TestStack>;
        for (const w of ["before", "after"] as const) {
            stacks[w] = await TestStack.open(`m${w}`, { bucket: `m${w}`, builders: [`m${w}-one`], protect: false });
            if (w === "before") copyFileSync(`${OLD}/Pulumi.yaml`, join(stacks[w].place.workDir, "Pulumi.yaml"));
        }
        const envOf = (s: TestStack) => { const env = shellEnvironment(s); env.PATH = folder + delimiter + (env.PATH ?? ""); return env; };
        const real = (await run("which", ["pulumi"], { env: shellEnvironment(stacks.after) })).stdout.trim();
        writeFileSync(join(folder, "pulumi"), `#!/bin/sh\necho "$*" | cut -c1-60 >> ${file}\nexec ${real} "$@"\n`);
        chmodSync(join(folder, "pulumi"), 0o755);
        const times: Record<string, number[]> = {};
        const counts: Record<string, Set<number>> = {};
        const timed = async (name: string, work: () => Promise<unknown>) => {
            writeFileSync(file, "");
            const start = performance.now();
            await work();
            (times[name] ??= []).push((performance.now() - start) / 1000);
            (counts[name] ??= new Set()).add(readFileSync(file, "utf8").split("\n").length - 1);
        };
        const command = async (w: "before" | "after", args: string[]) => {
            const o = await run(process.execPath, [MAINS[w], ...args], { cwd: stacks[w].place.workDir, env: envOf(stacks[w]) });
            if (o.status !== 0) throw new Error(w + args.join() + String(o.status) + o.stdout + o.stderr);
        };
        for (let i = 0; i < 3; i++)
            for (const w of ["before", "after"] as const) {
                await timed(`first up ${w}`, () => command(w, ["up"]));
                if (i < 2) await stacks[w].destroy();
            }
        const rounds = Number(process.env.ROUNDS ?? 5);
        Object.assign(process.env, envOf(stacks.after));
        const { makeEngine } = await import("../../src/engine/upStack.ts");
        const engine = (makeEngine as (v: string) => ReturnType<typeof makeEngine>)("v3.259.0");
        const target = { folder: stacks.after.place.workDir, stack: "mafter" };
        await engine.preview(target, {});
        for (let i = 0; i < rounds; i++) {
            for (const w of ["before", "after"] as const) {
                await timed(`drift ${w}`, () => command(w, ["drift"]));
                await timed(`preview ${w}`, () => command(w, ["preview"]));
                await timed(`up ${w}`, () => command(w, ["up"]));
                await mc(stacks[w], ["admin", "user", "disable", "server", `m${w}-one`]);
                await timed(`heal ${w}`, () => command(w, ["heal", "--yes"]));
            }
            await timed("operation preview", () => engine.preview(target, {}));
            await timed("operation up", () => engine.up(target, {}));
        }
        const median = (list: number[]) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]?.toFixed(2);
        for (const [name, list] of Object.entries(times))
            console.log(name, median(list), [...(counts[name] ?? [])].join("/"), list.map((x) => x.toFixed(2)).join(" "));
    });
});
