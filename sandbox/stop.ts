import { existsSync } from "node:fs";
import { checkArguments, command } from "./command.ts";
import { takeLock } from "./lock.ts";
import { stopMinio } from "./minioProcess.ts";
import { endOrphanedPlugins } from "./orphans.ts";
import { paths } from "./paths.ts";

await command(async () => {
    checkArguments();
    if (!existsSync(paths.root)) {
        process.stdout.write("There is no sandbox here.\n");
        return;
    }
    await takeLock(paths.lock);
    const stopped = await stopMinio(paths.minio);
    await endOrphanedPlugins(paths.pulumiHome);
    process.stdout.write(
        stopped ? "MinIO has ended; npm start goes on where it was.\n" : "MinIO does not run.\n",
    );
});
