import { existsSync, rmSync } from "node:fs";
import { cacheFolder } from "../toolchain/cache.ts";
import { command } from "./command.ts";
import { UserError } from "../cache/problem.ts";
import { takeLock } from "./lock.ts";
import { stopMinio } from "./minioProcess.ts";
import { endOrphanedPlugins } from "./orphans.ts";
import { paths } from "./paths.ts";

await command(async () => {
    const unknown = process.argv.slice(2).find((argument) => argument !== "--tools");
    if (unknown !== undefined) throw new UserError(`npm run clean knows --tools alone, not ${unknown}`);
    if (existsSync(paths.root)) {
        await takeLock(paths.lock);
        await stopMinio(paths.minio);
        await endOrphanedPlugins(paths.pulumiHome);
    }
    remove(paths.root);
    remove(paths.stackSettings);
    // What is made here can be had again: builds take minutes, and Go's own cache is left alone.
    if (process.argv.includes("--tools")) remove(cacheFolder());
});

function remove(path: string): void {
    if (!existsSync(path)) return;
    rmSync(path, { recursive: true, force: true });
    process.stdout.write(`removed ${path}\n`);
}
