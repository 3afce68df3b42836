import { existsSync } from "node:fs";
import type { Pin } from "../cache/pin.ts";
import { wrapped } from "../cache/wrap.ts";
import { isWhole, type SetPin } from "../content/setPin.ts";
import type { Upstreams } from "../content/upstream.ts";
import type { Wholeness } from "../content/wholeness.ts";
import { asCalled } from "../system/asCalled.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";

/** What is told of a pin that was to be set. */
export interface PinReport {
    readonly status: ExitStatus;
    /** For people; none where nothing was written. */
    readonly lines: readonly string[];
    /** What is wrong, for standard error. */
    readonly complaints: readonly string[];
    readonly json: object;
}

/** @param wanted the pin's name, and the paths that it was to have */
export function pinReport(
    { name, paths }: { readonly name: string; readonly paths: readonly string[] },
    { pin, wholeness }: SetPin,
    upstreams: Upstreams,
): PinReport {
    const whole = wholeness === undefined || isWhole(wholeness);
    return {
        status: pin === undefined ? EXIT.failed : whole ? EXIT.ok : EXIT.doctorWarning,
        lines: pin === undefined ? [] : pinnedLines(pin, wholeness),
        complaints: whole ? [] : lackLines(name, paths, wholeness, upstreams),
        json: {
            name,
            pinned: pin !== undefined,
            paths: pin?.revisions[0]?.paths ?? [],
            until: pin?.until ?? null,
            keepRevisions: pin?.keepRevisions ?? null,
            closure: wholeness ?? null,
        },
    };
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
                : `This machine's store has ${here} of them: a push from here sends them (${asCalled("push", ...roots.slice(0, 1))}). --allow-missing pins it as it is.`,
        ),
    ];
}
