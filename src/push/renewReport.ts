import { DAY_MS } from "../cache/day.ts";
import { wrapped } from "../cache/wrap.ts";
import type { KeptAlive } from "../content/keepAlive.ts";
import { inWords } from "../s3/limits.ts";
import { oneLine } from "../store/outage.ts";
import { asCalled } from "../system/asCalled.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { runMetrics, type Metric } from "../system/metrics.ts";
import { ServerError } from "../cache/serverError.ts";

/** How many are named. */
const NAMED = 10;

/** What was to be kept alive, and what came of it. */
export interface Renewal {
    /** Pins that keep something alive. */
    readonly pins: number;
    /** Paths that were given, or that links of this machine lead to. */
    readonly others: number;
    /** Of those that links lead to, the ones that are in no cache: they were never pushed. */
    readonly unpushed: number;
    /** Names of the pins that name a path, by path. */
    readonly pinned: ReadonlyMap<string, readonly string[]>;
    readonly kept: KeptAlive;
    readonly dryRun: boolean;
    readonly seconds: number;
    readonly now: number;
}

/** How a run ends: alive things that are missing, or about to go, are told by the status too. */
export function renewStatus({ kept }: Renewal): ExitStatus {
    if (kept.fatal instanceof ServerError) return EXIT.unreachable;
    if (kept.fatal !== undefined || kept.failed.size > 0) return EXIT.failed;
    return kept.missing.length + kept.unknown.length + kept.soon.length > 0 ? EXIT.doctorWarning : EXIT.ok;
}

/** The summary for people. */
export function renewLines({ pins, others, unpushed, kept, dryRun, seconds, now }: Renewal): string[] {
    const { here, bytes, elsewhere, due, renewed, first, firstBefore } = kept;
    const given = others === 0 ? "" : ` and ${counted(others, "other root")}`;
    return [
        `alive      ${counted(here, "path")}, ${inWords(bytes)}, of ${counted(pins, "pin")}${given}`,
        ...(elsewhere.length === 0
            ? []
            : [`elsewhere  ${counted(elsewhere.length, "path")}, which another cache has`]),
        ...(unpushed === 0 ? [] : [`unpushed   ${counted(unpushed, "root")} of this machine, in no cache`]),
        dryRun
            ? `to renew   ${counted(due, "path")}; nothing was changed`
            : `renewed    ${counted(due - kept.failed.size, "path")}, ${counted(renewed, "object")}, in ${seconds} s`,
        ...(here === 0
            ? []
            : first === Infinity
              ? ["expiry     nothing of it ever expires"]
              : [
                    `expiry     the first goes ${inDays(first, now)}${first === firstBefore ? "" : `; before, ${inDays(firstBefore, now)}`}`,
                ]),
    ];
}

/** What is wrong, for standard error. */
export function renewComplaints({ kept, pinned, dryRun }: Renewal): string[] {
    const { missing, unknown, failed, soon, fatal } = kept;
    const reasons = new Map([...failed].map(([path, error]) => [path, oneLine(error)]));
    return [
        ...some(
            missing,
            pinned,
            "alive and in no cache",
            "A push from a machine that has them brings them back.",
        ),
        ...some(
            unknown,
            pinned,
            "alive and not in this cache, while another could not be asked",
            "Try again with a way to it, or with --upstream '' if hosts have no other.",
        ),
        ...some(
            [...reasons.keys()],
            new Map([...reasons].map(([path, why]) => [path, [why]])),
            "could not be renewed",
            "The next run tries again.",
        ),
        ...(fatal === undefined ? [] : [`nix-cache: not all was renewed: ${oneLine(fatal)}`]),
        ...some(
            soon,
            pinned,
            "alive and about to go: renewing has not run for too long",
            dryRun ? `${asCalled("renew")} renews them.` : "Run it again, or push them again.",
        ),
    ];
}

function some(
    paths: readonly string[],
    notes: ReadonlyMap<string, readonly string[]>,
    words: string,
    advice: string,
): string[] {
    if (paths.length === 0) return [];
    return [
        ...wrapped(
            `nix-cache: ${counted(paths.length, "path")} ${paths.length === 1 ? "is" : "are"} ${words}`.replace(
                /(is|are) could/,
                "could",
            ),
        ),
        ...paths.slice(0, NAMED).map((path) => {
            const note = notes.get(path)?.slice(0, 3).join(", ");
            return `  ${path}${note === undefined ? "" : `  (${note})`}`;
        }),
        ...(paths.length > NAMED ? [`  and ${paths.length - NAMED} more: --json lists them`] : []),
        ...wrapped(advice, "-> "),
    ];
}

/** The same for machines. */
export function renewJson(renewal: Renewal): object {
    const { kept, pins, others, unpushed, dryRun, seconds } = renewal;
    const { failed, fatal, first, firstBefore, ...rest } = kept;
    return {
        pins,
        otherRoots: others,
        unpushed,
        dryRun,
        seconds,
        ...rest,
        failed: [...failed].map(([path, error]) => ({ path, reason: oneLine(error) })),
        first: date(first),
        firstBefore: date(firstBefore),
        error: fatal === undefined ? null : oneLine(fatal),
    };
}

/** What Prometheus is told. */
export function renewMetrics(renewal: Renewal, status: ExitStatus): Metric[] {
    const { kept, now } = renewal;
    const left = kept.first === Infinity ? [] : [Math.round(kept.first / 1000)];
    return [
        ...runMetrics("renew", status, new Date(now)),
        ["nix_cache_alive_paths", "Paths in this cache that pins or other roots keep alive.", kept.here],
        ["nix_cache_alive_bytes", "Bytes of their NARs.", kept.bytes],
        [
            "nix_cache_alive_missing",
            "Alive paths that no cache is known to have.",
            kept.missing.length + kept.unknown.length,
        ],
        ["nix_cache_alive_renewed", "Objects that the last run renewed.", kept.renewed],
        ...left.map((seconds): Metric => [
            "nix_cache_alive_until_seconds",
            "When the first alive path goes, in seconds since 1970.",
            seconds,
        ]),
    ];
}

function date(time: number): string | null {
    return time === Infinity ? null : new Date(time).toISOString();
}

function inDays(time: number, now: number): string {
    if (time === Infinity) return "never";
    return `${new Date(time).toISOString().slice(0, 10)}, in ${counted(Math.max(0, Math.floor((time - now) / DAY_MS)), "day")}`;
}

function counted(count: number, what: string): string {
    return `${count} ${what}${count === 1 ? "" : "s"}`;
}
