import { command, type Given } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { postBuildHook } from "../hosts/postBuildHook.ts";
import { ownFile } from "../system/ownFile.ts";
import { LIMIT, QUEUE, queueFolder, queueLimit } from "../push/queuePlace.ts";

const OPTIONS = { ...QUEUE, ...LIMIT } as const;

export default command({
    summary: "prints a post-build-hook: a script that queues each build",
    options: OPTIONS,
    ends: [],
    anywhere: true,
    run: (_, options) => hook(options),
});

/**
 * `nix-cache hook`: the script alone, so that it can be written to a file. What was
 * given stands in it; the rest is decided where it runs, since root's hook has
 * another queue than the user who prints it.
 */
function hook(options: Given<typeof OPTIONS>): ExitStatus {
    const script = postBuildHook(ownFile("nixos/postBuildHook.sh"), {
        ...(options.queue === undefined ? {} : { queue: queueFolder(options) }),
        ...(options.limit === undefined ? {} : { limit: queueLimit(options) }),
    });
    console.log(options.json === true ? JSON.stringify({ script }) : script.trimEnd());
    return EXIT.ok;
}
