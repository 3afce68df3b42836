import { readFileSync } from "node:fs";
import type { Say } from "../src/system/progress.ts";
import type { Arena } from "./contestant.ts";
import { MAIN, machineOf } from "./contestants/ours.ts";
import { measure, type Command } from "./measure.ts";
import { fillOld } from "./oldCache.ts";
import type { Collector } from "./results.ts";
import type { Aged } from "./sizes.ts";

/**
 * Renews an old closure, once more when nothing is due, and has the client of
 * MinIO copy the same objects onto themselves.
 */
export async function timeRenewing(arena: Arena, sizes: Aged, collector: Collector, say: Say): Promise<void> {
    const { server } = arena;
    const bucket = await server.bucket();
    try {
        const { connection } = server.minio;
        say(`  renew: making ${sizes.paths} old paths`);
        const root = await fillOld({ connection, bucket }, sizes, readFileSync(arena.key.file, "utf8"));
        const renew: Command = {
            program: process.execPath,
            args: [MAIN, "renew", "--upstream", "", root],
            env: machineOf(arena, bucket),
        };
        const { program, env } = server.mc;
        const copy = ["cp", "--recursive", "--quiet", "--attr", "renewed=1"];
        const paths = sizes.paths.toLocaleString("en");
        const all = { name: "renew", title: `renewing ${paths} paths, two objects each` };
        const none = { name: "renew-none", title: `the same ${paths} again: nothing is due` };
        const timed = async (task: typeof all, who: string, command: Command) => {
            const [{ seconds, peak }, served] = await server.during(() => measure([command]));
            collector.add(task, who, seconds, peak, served);
            say(`  ${task.name}: ${who}: ${seconds.toFixed(2)} s, ${served.requests} requests`);
        };
        await timed(all, "nix-cache renew", renew);
        await timed(none, "nix-cache renew", renew);
        await timed(all, "mc cp onto itself", {
            program,
            args: [...copy, `bench/${bucket}/`, `bench/${bucket}/`],
            env,
        });
    } finally {
        await server.remove(bucket);
    }
}
