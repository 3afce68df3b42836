import { existsSync, realpathSync } from "node:fs";
import { PIN_LIMITS, type Pin } from "../cache/pin.ts";
import { shown, UserError } from "../cache/problem.ts";
import { isStorePath } from "../cache/storePath.ts";
import { UsageError } from "../cache/usageError.ts";
import { wrapped } from "../cache/wrap.ts";
import { pinMeant } from "../content/access.ts";
import { isWhole, setPin } from "../content/setPin.ts";
import { DEFAULT_UPSTREAMS, Upstreams } from "../content/upstream.ts";
import type { Wholeness } from "../content/wholeness.ts";
import { keptDays, keptRevisions, untilDate } from "../push/pinOptions.ts";
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
    upstream: {
        type: "string",
        multiple: true,
        value: "URL",
        help: "another cache that hosts have, '' for none. Default: https://cache.nixos.org",
    },
    ...CACHE_FILES,
} as const;

/** Days that a host's own pin lasts after it was written last: a machine may be off for months. */
const HOST_DAYS = 180;

const SYSTEM = ["/run/current-system", "/run/booted-system", "/nix/var/nix/profiles/default"];

export default command({
    summary: "pins store paths: they are to stay in the cache, with all that they refer to",
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
    if (!system && given.length === 0) throw new UsageError("use: nix-cache pin NAME PATH…");
    const paths = [
        ...new Set([...(system ? SYSTEM.filter((one) => existsSync(one)) : []), ...given].map(storePath)),
    ];
    if (paths.length === 0)
        throw new UserError(`there is no system to pin: none of ${SYSTEM.join(", ")} is there`);
    if (paths.length > PIN_LIMITS.paths)
        throw new UserError(`${paths.length} paths are too many for a pin, which has ${PIN_LIMITS.paths}`);
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
    const urls = (options.upstream ?? DEFAULT_UPSTREAMS).filter((url) => url !== "");
    const upstreams = new Upstreams(urls, access.cache.connection.ca);
    try {
        const { pin: made, wholeness } = await setPin(access, wanted, upstreams, {
            allowMissing: system || options["allow-missing"] === true,
            trustSame: system,
        });
        const status = made === undefined ? EXIT.failed : isWholeOr(wholeness) ? EXIT.ok : EXIT.doctorWarning;
        if (options.json === true) console.log(JSON.stringify(asJson(meant, made, wholeness)));
        else if (made !== undefined) console.log(pinnedLines(made, wholeness).join("\n"));
        if (wholeness !== undefined && status !== EXIT.ok)
            console.error(lackLines(meant, paths, wholeness, upstreams).join("\n"));
        return status;
    } finally {
        upstreams.close();
    }
}

function isWholeOr(wholeness: Wholeness | undefined): boolean {
    return wholeness === undefined || isWhole(wholeness);
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

function pinnedLines({ name, until, revisions }: Pin, wholeness: Wholeness | undefined): string[] {
    const end =
        until === null ? "without an end" : `until ${until.toISOString().slice(0, 16).replace("T", " ")} UTC`;
    const counted =
        wholeness === undefined
            ? "as before"
            : `${wholeness.here} paths${wholeness.elsewhere.length === 0 ? "" : `, ${wholeness.elsewhere.length} more in other caches`}`;
    return [...(revisions[0]?.paths ?? []).map((path) => `${name}: ${path}`), `pinned ${end} (${counted})`];
}

/** How many are named. */
const NAMED = 10;

function lackLines(
    name: string,
    roots: readonly string[],
    lack: Wholeness,
    { away, urls }: Upstreams,
): string[] {
    const { missing, unknown } = lack;
    const all = [...missing, ...unknown];
    const here = all.filter((path) => existsSync(path)).length;
    const others = urls.length === 0 ? "" : `, nor in ${urls.join(", ")}`;
    return [
        `nix-cache: ${name} is not whole in the cache: ${all.length} ${all.length === 1 ? "path is" : "paths are"} missing`,
        ...all.slice(0, NAMED).map((path) => `  ${path}`),
        ...(all.length > NAMED ? [`  and ${all.length - NAMED} more`] : []),
        ...(missing.length === 0
            ? []
            : wrapped(
                  `not in this cache${missing.every((path) => roots.includes(path)) ? "" : others}: ${missing.length}`,
              )),
        ...(unknown.length === 0
            ? []
            : wrapped(`not in this cache, and nobody knows of others: ${unknown.length}`)),
        ...[...away.values()].flatMap((why) => wrapped(why)),
        ...wrapped(
            here === 0
                ? "Push the path from a machine that has it; --allow-missing pins it as it is."
                : `This machine's store has ${here} of them: a push from here sends them (${asCalled("enqueue", ...roots.slice(0, 1))}; ${asCalled("push")}). --allow-missing pins it as it is.`,
        ),
    ];
}

function asJson(name: string, made: Pin | undefined, wholeness: Wholeness | undefined): object {
    return {
        name,
        pinned: made !== undefined,
        paths: made?.revisions[0]?.paths ?? [],
        until: made?.until ?? null,
        keepRevisions: made?.keepRevisions ?? null,
        closure: wholeness ?? null,
    };
}
