import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { commandLine } from "./faults/processTree.ts";
import { theWorld } from "./world.ts";

const tests = dirname(dirname(fileURLToPath(import.meta.url)));

describe("a test run that is interrupted", function () {
    this.timeout(1_800_000);

    const processes = (folder: string) =>
        readdirSync("/proc").filter(
            (name) => /^\d+$/.test(name) && commandLine(Number(name)).includes(folder),
        );

    for (const [signal, status] of [
        ["SIGINT", 130],
        ["SIGTERM", 143],
    ] as const) {
        it(`by ${signal} leaves no process and no file`, async () => {
            // The tools are there then, so that the other run need not build them.
            await theWorld();
            const run = spawn(
                process.execPath,
                [join(tests, "run.ts"), join(tests, "fixtures", "endless.ts")],
                {
                    stdio: ["ignore", "pipe", "inherit"],
                },
            );
            const ended = new Promise<number | null>((resolve) => run.on("exit", resolve));
            const folder = await new Promise<string>((resolve, reject) => {
                let text = "";
                run.stdout.on("data", (part: Buffer) => {
                    text += part.toString();
                    const found = /works in (.+)\/[^/]+\n/.exec(text)?.[1];
                    if (found !== undefined) resolve(found);
                });
                run.on("exit", () => reject(new Error(`it ended by itself:\n${text}`)));
            });
            // MinIO, the engine and its two plugins.
            while (processes(folder).length < 4) await sleep(20);
            run.kill(signal);
            assert.equal(await ended, status);
            assert.deepEqual(processes(folder), []);
            assert.equal(existsSync(folder), false);
        });
    }
});
