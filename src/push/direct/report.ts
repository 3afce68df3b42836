import { countWords } from "../../cache/countWords.ts";
import { ServerError } from "../../cache/serverError.ts";
import { inWords } from "../../s3/limits.ts";
import { oneLine } from "../../store/outage.ts";
import { EXIT, type ExitStatus } from "../../system/exitStatus.ts";
import type { Outcome } from "../batch/outcome.ts";
import type { DryRun } from "./dryRun.ts";
import { skippedWords, type Sums } from "./progress.ts";

/** A path that is not in the cache, and why. */
interface Unpushed {
    readonly path: string;
    readonly reason: string;
}

/** What a push of given paths came to. */
export interface Report {
    readonly pushed: readonly string[];
    readonly leftOut: readonly Unpushed[];
    readonly failed: readonly Unpushed[];
    /** Not tried, or not to its end: the server or this machine was not able to. */
    readonly waits: readonly Unpushed[];
    /** Objects that were renewed. */
    readonly renewed: number;
    readonly seconds: number;
    readonly sums: Sums;
    readonly status: ExitStatus;
}

/** @param ms that it took */
export function report(outcomes: ReadonlyMap<string, Outcome>, sums: Sums, ms: number): Report {
    const all = [...outcomes].map(([path, outcome]) => ({ path, outcome }));
    const errors = (kind: "failed" | "waits") =>
        all.flatMap(({ path, outcome }) =>
            outcome.kind === kind ? [{ path, reason: oneLine(outcome.error) }] : [],
        );
    const pushed = all.flatMap(({ path, outcome }) => (outcome.kind === "pushed" ? [path] : []));
    const renewed = all.reduce(
        (sum, { outcome }) => sum + (outcome.kind === "pushed" ? outcome.renewed : 0),
        0,
    );
    const away = all.some(({ outcome }) => outcome.kind === "waits" && outcome.error instanceof ServerError);
    const failed = errors("failed");
    const waits = errors("waits");
    return {
        pushed,
        leftOut: all.flatMap(({ path, outcome }) =>
            outcome.kind === "leftOut" ? [{ path, reason: outcome.reason }] : [],
        ),
        failed,
        waits,
        renewed,
        seconds: Math.round(ms / 100) / 10,
        sums,
        status: away ? EXIT.unreachable : failed.length + waits.length > 0 ? EXIT.failed : EXIT.ok,
    };
}

/** The summary for people. */
export function summary({ pushed, leftOut, failed, waits, renewed, sums, seconds }: Report): string[] {
    const asked = pushed.length + leftOut.length + failed.length + waits.length;
    const skipped = skippedWords(sums);
    return [
        `pushed    ${pushed.length} of ${asked} with all that they need, in ${seconds} s`,
        `uploaded  ${countWords(sums.donePaths, "path")}, ${inWords(sums.doneBytes)}, ${inWords(sums.sent)} compressed`,
        ...(skipped === undefined ? [] : [`skipped   ${skipped}`]),
        ...(renewed === 0
            ? []
            : [`renewed   ${countWords(renewed, "object")} that would have expired too early`]),
    ];
}

/** A line for each path that is not in the cache; of those with the same reason, the first. */
export function complaints({ leftOut, failed, waits }: Report): string[] {
    const [first] = waits;
    return [
        ...leftOut.map(({ path, reason }) => `${path} is left out: ${reason}`),
        ...failed.map(({ path, reason }) => `${path} was not pushed: ${reason}`),
        ...(first === undefined
            ? []
            : [
                  `${waits.length} of the paths ${waits.length === 1 ? "was" : "were"} not pushed: ${first.reason}`,
              ]),
    ];
}

/** A dry run for people. */
export function dryRunLines({ upload, there, filtered, leftOut }: DryRun): string[] {
    const bytes = upload.reduce((sum, one) => sum + one.bytes, 0);
    const skipped = skippedWords({ there, filtered });
    return [
        ...upload.map((one) => `${inWords(one.bytes).padStart(11)}  ${one.path}`),
        ...leftOut.map(({ path, reason }) => `${"left out".padStart(11)}  ${path}: ${reason}`),
        `would upload ${countWords(upload.length, "path")}, ${inWords(bytes)} before compression`,
        ...(skipped === undefined ? [] : [`would skip ${skipped}`]),
    ];
}
