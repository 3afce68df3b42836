import { isLive, type Pin } from "../cache/pin.ts";
import { printable } from "../cache/problem.ts";
import { asEveryone } from "../content/access.ts";
import { listPins } from "../content/pins.ts";
import { pinLines } from "../push/pinTable.ts";
import { CACHE_FILES, whichCache } from "../push/whichCache.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";

/** So many are shown: who may push could write any number. */
const MOST = 1_000;

export default command({
    summary: "what is pinned, until when and by whom; ended pins too",
    options: CACHE_FILES,
    ends: [EXIT.failed, EXIT.unreachable],
    anywhere: true,
    run: pins,
});

/** `nix-cache pins` */
async function pins(place: Place, options: Given<typeof CACHE_FILES>): Promise<ExitStatus> {
    const access = await whichCache(options, place, async (folder) =>
        (await import("../engine/administrator.ts")).administratorOf({ folder, stack: place.stack }),
    );
    const { role, stackPins } = access;
    const found: Pin[] = [];
    let more = 0;
    const unreadable: { name: string; why: string }[] = [];
    const cache = role === "host" ? asEveryone(access.cache) : access.cache;
    const refuse = (name: string, why: string) => {
        if (unreadable.length < MOST) unreadable.push({ name, why });
    };
    for await (const pin of listPins(cache, refuse)) {
        if (found.length < MOST) found.push(pin);
        else more += 1;
    }
    const now = new Date();
    if (options.json === true) {
        const all = found.map((pin) => ({
            ...pin,
            live: isLive(pin, now),
            stack: stackPins.includes(pin.name),
        }));
        console.log(JSON.stringify({ pins: all, more, unreadable }));
        return EXIT.ok;
    }
    console.log(found.length === 0 ? "nothing is pinned" : pinLines(found, now).join("\n"));
    if (more > 0) console.log(`and ${more} more`);
    for (const { name, why } of unreadable) console.error(printable(`nix-cache: ${name} is no pin: ${why}`));
    return EXIT.ok;
}
