import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { argumentsOf, run } from "../src/system/run.ts";

/**
 * Ends plugins of a private PULUMI_HOME whose engine was killed: nobody else
 * would, and they wait for it for ever. Those of an engine that runs are left
 * alone.
 */
export async function endOrphanedPlugins(pulumiHome: string): Promise<void> {
    const plugins = join(pulumiHome, "plugins");
    for (const pid of await processes()) {
        if ((await argumentsOf(pid))?.startsWith(plugins) !== true) continue;
        const parent = await argumentsOf(await parentOf(pid));
        if (parent !== undefined && /(^|\/)pulumi /.test(parent)) continue;
        try {
            process.kill(pid, "SIGTERM");
        } catch {
            // It has ended by itself.
        }
    }
}

async function processes(): Promise<number[]> {
    if (process.platform === "linux")
        return readdirSync("/proc")
            .map(Number)
            .filter((pid) => pid > 0);
    return (await run("ps", ["-axo", "pid="])).stdout
        .split("\n")
        .map(Number)
        .filter((pid) => pid > 0);
}

async function parentOf(pid: number): Promise<number> {
    if (process.platform !== "linux")
        return Number((await run("ps", ["-p", String(pid), "-o", "ppid="])).stdout);
    try {
        return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
        return 0;
    }
}
