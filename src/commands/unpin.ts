import { UserError } from "../cache/problem.ts";
import { unpinned } from "../cache/pinChange.ts";
import { pinMeant } from "../content/access.ts";
import { writePin } from "../content/writePin.ts";
import { CACHE_FILES, whichCache } from "../push/whichCache.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";

export default command({
    summary: "ends a pin: what it named expires as all else does",
    arguments: { NAME: "the pin; of a host, hosts/NAME" },
    options: CACHE_FILES,
    ends: [EXIT.failed, EXIT.unreachable],
    anywhere: true,
    run: unpin,
});

/** `nix-cache unpin NAME`: writes an end, since builders cannot delete. */
async function unpin(
    place: Place,
    options: Given<typeof CACHE_FILES>,
    [name = ""]: readonly string[],
): Promise<ExitStatus> {
    const access = await whichCache(options, place, async (folder) =>
        (await import("../engine/administrator.ts")).administratorOf({ folder, stack: place.stack }),
    );
    const meant = pinMeant(access, name);
    const by = access.cache.connection.accessKey ?? "";
    const ended = await writePin(access.cache, meant, (before) => {
        if (before === undefined) throw new UserError(`there is no pin ${meant}`);
        return before.ended ? undefined : unpinned(before, by, new Date());
    });
    const words = ended === undefined ? "had ended before" : "has ended: nothing is kept for it any more";
    if (options.json === true)
        console.log(JSON.stringify({ name: meant, ended: true, now: ended !== undefined }));
    else console.log(`${meant} ${words}`);
    return EXIT.ok;
}
