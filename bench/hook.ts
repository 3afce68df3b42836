import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../src/cache/problem.ts";
import { projectDir } from "../sandbox/paths.ts";
import type { Arena } from "./contestant.ts";
import { pathOf } from "./importing.ts";
import type { Collector } from "./results.ts";

/** Runs the hook and a script that does nothing in turn, so many times: what each build waits for. */
export function timeHooks(arena: Arena, runs: number, collector: Collector): void {
    const dir = arena.folder("hook");
    const script = (name: string, text: string) => {
        const file = join(dir, name);
        writeFileSync(file, `#!/bin/sh\n${text}\n`);
        return file;
    };
    const env = { ...process.env, NIX_CACHE_QUEUE: join(dir, "queue") };
    const hooks = {
        "the post-build-hook": join(projectDir, "nixos", "postBuildHook.sh"),
        "an empty sh script": script("empty", "exit 0"),
    };
    const task = { name: "hook", title: `one hook, of ${runs}` };
    for (let run = 0; run < runs; run++) {
        for (const [who, file] of Object.entries(hooks)) {
            const begun = performance.now();
            const { status } = spawnSync("/bin/sh", [file], {
                env: { ...env, OUT_PATHS: pathOf(`hook-${run}`) },
            });
            if (status !== 0) throw new UserError(`the hook ${who} has failed`);
            collector.add(task, who, (performance.now() - begun) / 1000);
        }
    }
}
