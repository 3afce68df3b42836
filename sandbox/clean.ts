import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../src/system/cacheFolder.ts";
import { checkArguments, command } from "./command.ts";
import { takeLock } from "./lock.ts";
import { stopMinio } from "./minioProcess.ts";
import { endOrphanedPlugins } from "./orphans.ts";
import { paths } from "./paths.ts";

/** The tools that were built go too. */
const TOOLS = "--tools";

await command(async () => {
    checkArguments([TOOLS]);
    if (existsSync(paths.root)) {
        await takeLock(paths.lock);
        await stopMinio(paths.minio);
        await endOrphanedPlugins(paths.pulumiHome);
    }
    remove(paths.stackSettings);
    // The lock goes last: a start that comes meanwhile is refused, and makes nothing that would go too.
    if (existsSync(paths.root))
        for (const name of readdirSync(paths.root))
            if (!join(paths.root, name).startsWith(paths.lock))
                rmSync(join(paths.root, name), { recursive: true, force: true });
    remove(paths.root);
    // What is made here can be had again: builds take minutes, and Go's own cache is left alone.
    if (process.argv.includes(TOOLS)) remove(cacheFolder());
});

function remove(path: string): void {
    if (!existsSync(path)) return;
    rmSync(path, { recursive: true, force: true });
    process.stdout.write(`removed ${path}\n`);
}
