import { existsSync, realpathSync } from "node:fs";
import { shown, UserError } from "../cache/problem.ts";
import { isStorePath } from "../cache/storePath.ts";
import { UsageError } from "../cache/usageError.ts";
import { pinMeant } from "../content/access.ts";
import { setPin } from "../content/setPin.ts";
import { keptDays, keptRevisions, mustFitPin, untilDate } from "../push/pinOptions.ts";
import { pinReport } from "../push/pinReport.ts";
import { UPSTREAM, upstreamsOf } from "../push/upstreamOption.ts";
import { CACHE_FILES, whichCache } from "../push/whichCache.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";

const OPTIONS = {
    until: { type: "string", value: "DATE", help: "last day (UTC), as 2027-01-31. Default: no end" },
    "keep-days": {
        type: "string",
        value: "N",
        help: "days from now. Default of a host's own pin and of --system: 180",
    },
    "keep-revisions": {
        type: "string",
        value: "N",
        help: "keeps what the pin named the last N times too. Default: as before, at first 1",
    },
    system: {
        type: "boolean",
        help: "pins this machine's system: the current one, the booted one and Nix's default profile; for timers",
    },
    "allow-missing": { type: "boolean", help: "pins also what is not whole in the cache; --system does" },
    ...UPSTREAM,
    ...CACHE_FILES,
} as const;

/** Days that a host's own pin lasts after it was written last: a machine may be off for months. */
const HOST_DAYS = 180;

const SYSTEM = ["/run/current-system", "/run/booted-system", "/nix/var/nix/profiles/default"];

export default command({
    summary: "keeps store paths in the cache, with all that they refer to",
    arguments: {
        "[NAME]":
            "the pin; of a host that has a pin of its own, its name, and with --system it may be left out",
        "[PATH…]": "store paths, or links to them such as ./result; curl gets the first",
    },
    options: OPTIONS,
    ends: [
        [EXIT.failed, "not pinned; the message says what is missing, or why else"],
        EXIT.unreachable,
        [EXIT.doctorWarning, "pinned, though something that it names is missing"],
    ],
    anywhere: true,
    run: pin,
});

/** `nix-cache pin NAME PATH…` */
async function pin(
    place: Place,
    options: Given<typeof OPTIONS>,
    args: readonly string[],
): Promise<ExitStatus> {
    const system = options.system === true;
    const [name, ...given] = args;
    if (!system && given.length === 0) throw new UsageError(`use: ${asCalled("pin", "NAME", "PATH…")}`);
    const paths = [
        ...new Set([...(system ? SYSTEM.filter((one) => existsSync(one)) : []), ...given].map(storePath)),
    ];
    if (paths.length === 0)
        throw new UserError(`there is no system to pin: none of ${SYSTEM.join(", ")} is there`);
    mustFitPin(paths);
    if (options.until !== undefined && options["keep-days"] !== undefined)
        throw new UsageError("it is --until or --keep-days, not both");
    const keepRevisions = keptRevisions(options["keep-revisions"]);
    const now = new Date();
    const asked = untilDate(options.until, now) ?? keptDays(options["keep-days"], now);

    const access = await whichCache(options, place, async (folder) =>
        (await import("../engine/administrator.ts")).administratorOf({ folder, stack: place.stack }),
    );
    const meant = pinMeant(access, name);
    const byDefault = system || access.role === "host" ? keptDays(String(HOST_DAYS), now) : undefined;
    const wanted = { name: meant, paths, until: asked ?? byDefault ?? null, keepRevisions };
    const upstreams = upstreamsOf(options, access.cache);
    try {
        const done = await setPin(access, wanted, upstreams, {
            allowMissing: system || options["allow-missing"] === true,
            trustSame: system,
        });
        const said = pinReport(wanted, done, upstreams);
        if (options.json === true) console.log(JSON.stringify(said.json));
        else if (said.lines.length > 0) console.log(said.lines.join("\n"));
        if (said.complaints.length > 0) console.error(said.complaints.join("\n"));
        return said.status;
    } finally {
        upstreams.close();
    }
}

/** @throws UserError when it is neither a store path nor a link to one */
function storePath(given: string): string {
    // What stands there need not be in this machine's store.
    const real = existsSync(given) ? realpathSync(given) : given;
    if (isStorePath(real)) return real;
    throw new UserError(
        existsSync(given)
            ? `${shown(given)} leads to ${shown(real)}, which is no store path`
            : `${shown(given)} is no store path, and there is no such file`,
    );
}
