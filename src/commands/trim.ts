import { DAY_MS } from "../cache/day.ts";
import { printable, UserError } from "../cache/problem.ts";
import { bytesOf } from "../cache/size.ts";
import { UsageError } from "../cache/usageError.ts";
import { wrapped } from "../cache/wrap.ts";
import type { CacheGraph } from "../content/cacheGraph.ts";
import { keepOrder } from "../content/keepOrder.ts";
import { nodesOf, survey, type Survey } from "../content/survey.ts";
import { removeBroken, removeInOrder, stillToGo, type Trimmed } from "../content/trim.ts";
import { breaks, trimPlan, type TrimPlan } from "../content/trimPlan.ts";
import { administratorOf } from "../engine/administrator.ts";
import { withConnections, type Cache } from "../s3/bucket.ts";
import { inWords } from "../s3/limits.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { confirm } from "../system/confirm.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { entered, mayChange } from "../system/ledger.ts";
import { size } from "../system/optionValues.ts";
import { during, sayOn } from "../system/progress.ts";

/** Objects that are no pins and are named: who may push could write any number. */
const NAMED = 5;

const OPTIONS = {
    to: { type: "string", value: "SIZE", help: "bytes that may be left, as 200GiB. Default: maxSize" },
    "dry-run": { type: "boolean", help: "says what would be removed, and removes nothing" },
    yes: { type: "boolean", short: "y", help: "does not ask" },
} as const;

export default command({
    summary: "removes what was needed longest ago, down to a size; asks first",
    options: OPTIONS,
    ends: [EXIT.failed, EXIT.unreachable],
    run: trim,
});

/**
 * `nix-cache trim`: cuts a cache at the age that fits. What pins name stays, with
 * all that it refers to, and of what stays no closure is broken.
 *
 * With `--json` what is said goes to standard error, and standard output gets
 * one object at the end.
 */
async function trim(place: Place, options: Given<typeof OPTIONS>): Promise<ExitStatus> {
    const given = size("to", options.to);
    const access = await administratorOf(place);
    const to = given ?? bytesOf(access.host.maxSize ?? "");
    if (to === undefined) throw new UsageError("to which size? give --to SIZE, or set maxSize");
    const say = options.json === true ? console.error : console.log;
    const isDry = options["dry-run"] === true;
    mayChange();
    return withConnections(access.cache, async (cache) => {
        const seen = await look(cache);
        const plan = planFor(seen, to);
        const { bucket, connection } = cache;
        say(`server ${connection.url}, bucket ${bucket}: ${inWords(plan.before)}`);
        let trimmed: Trimmed | undefined;
        if (plan.nodes.length + plan.nars.length === 0) say(`no more than ${inWords(to)}: nothing to trim`);
        else {
            for (const line of planLines(seen, plan)) say(line);
            if (!isDry) {
                if (options.yes !== true) await confirm("go on?", asCalled("trim", "--yes"));
                trimmed = await carryOut(cache, seen.graph, plan);
                for (const line of doneLines(plan, trimmed)) say(line);
            }
        }
        if (options.json === true) console.log(JSON.stringify(asJson(seen, plan, to, trimmed)));
        return EXIT.ok;
    });
}

async function look(cache: Cache): Promise<Survey> {
    let narinfos = 0;
    const work = survey(cache, () => narinfos++);
    return during(sayOn(process.stderr), "looking at the cache", work, () => `: ${narinfos} narinfos`);
}

/** @throws UserError where what is spared has more */
function planFor({ graph, fixed, pins }: Survey, to: number): TrimPlan {
    const order = keepOrder(graph, nodesOf(graph, pins.roots));
    const plan = trimPlan(graph, order, { fixed, to, now: Date.now() });
    if (!plan.isPossible)
        throw new UserError(
            `${inWords(to)} cannot be reached: what pins keep, what is none of the cache's paths, and NARs of the last 24 hours that no narinfo names yet have ${inWords(plan.after)}`,
        );
    if (breaks(graph, plan)) throw new Error("a plan would break a closure that it leaves");
    return plan;
}

async function carryOut(cache: Cache, graph: CacheGraph, plan: TrimPlan): Promise<Trimmed> {
    const say = sayOn(process.stderr);
    const goes = await during(say, "looking again", stillToGo(cache, graph, plan));
    if (breaks(graph, goes)) throw new Error("a plan would break a closure that it leaves");
    let bytes = 0;
    const work = removeInOrder(cache, graph, goes, (more) => {
        bytes += more;
        entered("removed paths that the plan names");
    });
    const done = await during(say, "removing", work, () => `: ${inWords(bytes)}`);
    const pushAgain = await during(
        say,
        "looking at what was pushed meanwhile",
        removeBroken(cache, graph, goes),
    );
    const planned = plan.nodes.length + plan.nars.length;
    return { ...done, stays: planned - done.nodes - done.nars, pushAgain };
}

function planLines({ graph, pins }: Survey, plan: TrimPlan): string[] {
    const paths = plan.nodes.filter((node) => graph.isPath(node)).length;
    const others = plan.nodes.length - paths;
    const { since, leftOver } = plan;
    const young = since === undefined || Date.now() - since < DAY_MS;
    const lines = [
        `${paths} paths${since === undefined ? " that no pin keeps" : ` that nothing has needed since ${minute(since)}`}`,
        ...(others > 0 ? [`${others} logs, listings, build traces and debug files of that age`] : []),
        `${plan.nars.length} NARs${leftOver > 0 ? `, ${leftOver} of them left over: no narinfo names them` : ""}`,
    ];
    const notes = [
        `spared: ${pins.count} ${pins.count === 1 ? "pin" : "pins"} with all that is referred to, ${inWords(plan.spared)}`,
        ...pins.unreadable.slice(0, NAMED).map((name) => `${name} is no pin, and spares nothing`),
        ...(pins.unreadable.length > NAMED ? [`and ${pins.unreadable.length - NAMED} more`] : []),
        ...(young && paths > 0
            ? ["it takes what was pushed today; a push that is under way may have to be repeated"]
            : []),
    ];
    return [
        "",
        "this will be removed:",
        ...lines.flatMap((line) => wrapped(line, "  - ")),
        ...notes.flatMap((line) => wrapped(printable(line))),
        `left: ${inWords(plan.after)}`,
        "",
    ];
}

function doneLines(plan: TrimPlan, { nodes, nars, bytes, stays, pushAgain }: Trimmed): string[] {
    return [
        `removed: ${nodes} paths and others, ${nars} NARs, ${inWords(bytes)}; left: ${inWords(plan.before - bytes)}`,
        ...(stays > 0
            ? wrapped(`${stays} of the plan stay: they were renewed, pinned or pushed meanwhile, or are gone`)
            : []),
        ...pushAgain.flatMap((hash) =>
            wrapped(`${hash} was pushed meanwhile, needs what has gone, and was removed too: push it again`),
        ),
    ];
}

function asJson({ pins }: Survey, plan: TrimPlan, to: number, trimmed: Trimmed | undefined): object {
    const { nodes, nars, since, before, after, leftOver, spared } = plan;
    return {
        to,
        before,
        after,
        leftOver,
        spared,
        since: since === undefined || since === Infinity ? null : new Date(since).toISOString(),
        paths: nodes.length,
        nars: nars.length,
        pins: pins.count,
        unreadablePins: pins.unreadable,
        removed: trimmed ?? null,
    };
}

function minute(time: number): string {
    return `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
