import { crossesDay } from "../../cache/expiryDates.ts";
import { withConnections, type Cache } from "../../s3/bucket.ts";
import type { Member } from "../../store/closure.ts";
import { closuresOf } from "../../store/closures.ts";
import { isOutage } from "../../store/outage.ts";
import { afterOthers } from "../../system/afterOthers.ts";
import { Memory } from "../memory.ts";
import type { Settings } from "../settings.ts";
import { catchUp } from "./catchUp.ts";
import { steps } from "./graph.ts";
import type { Outcome, PushEvent } from "./outcome.ts";
import { plan, type Plan } from "./plan.ts";
import { shares } from "./shares.ts";
import { Upstreams } from "./upstreams.ts";
import { Work } from "./work.ts";

/** Paths that are told of a fault that many share: each is noted on the disk. */
const MOST_TURNS = 100;

/** What a push of several paths may be given beside them. */
export interface BatchOptions {
    /** Told of the plan, of each NAR, and of each path that was asked for as soon as its outcome is known. */
    readonly onProgress?: (event: PushEvent) => void;
    /** Paths that are sent again though they may look good in the cache; a NAR that proves good stays. Default: none. */
    readonly doubted?: ReadonlySet<string>;
    /** What was seen in the cache by pushes before. Default: nothing. */
    readonly memory?: Memory;
    /** What was seen in other caches by pushes before. Default: nothing. */
    readonly upstreams?: Upstreams;
    /** The time, in milliseconds. Default: this machine's. */
    readonly now?: () => number;
}

/**
 * Pushes paths with all that they refer to. Nix is asked once, the cache for each
 * path once, and much is uploaded at the same time; but a path is visible only
 * after its NAR and after all that it refers to.
 *
 * It may be ended at any moment and done again: what is there is not sent again.
 * A path that fails keeps no other, but those that refer to it. Where the server
 * or this machine is not able to, nothing new is begun, and what is not done waits.
 *
 * @returns for each path what became of it; nothing is thrown for what the server,
 *   this machine or a path does
 */
export async function pushBatch(
    settings: Settings,
    paths: readonly string[],
    options: BatchOptions = {},
): Promise<Map<string, Outcome>> {
    const asked = [...new Set(paths)];
    const outcomes = new Map<string, Outcome>();
    const say = (path: string, outcome: Outcome) => {
        if (outcomes.has(path)) return;
        outcomes.set(path, outcome);
        options.onProgress?.({ kind: "done", path, outcome });
    };
    try {
        const { members, bad } = await closuresOf(settings.nix, asked);
        for (const [path, error] of bad) say(path, { kind: "failed", error });
        const roots = asked.filter((path) => !bad.has(path));
        if (roots.length > 0)
            await withConnections(settings.cache, (cache) =>
                pushClosures({ settings, cache, members, roots, options, say }),
            );
    } catch (error) {
        if (!(error instanceof Error) || !isOutage(error)) throw error;
        // It was nobody's turn; one is to say what was wrong.
        const left = asked.filter((path) => !outcomes.has(path));
        left.forEach((path, index) => say(path, { kind: "waits", error, tried: index === 0 }));
    }
    return outcomes;
}

/** What a batch works with. */
interface Batch {
    readonly settings: Settings;
    readonly cache: Cache;
    readonly members: ReadonlyMap<string, Member>;
    readonly roots: readonly string[];
    readonly options: BatchOptions;
    readonly say: (path: string, outcome: Outcome) => void;
}

async function pushClosures(batch: Batch): Promise<void> {
    const { settings, cache, members, roots, options, say } = batch;
    const { memory = new Memory(), upstreams = new Upstreams(settings.filters.upstreamCaches) } = options;
    const now = options.now ?? Date.now;
    const begun = now();
    const the = await plan(settings, cache, members, memory, upstreams, begun, options.doubted);
    options.onProgress?.(planned(the));
    for (const root of roots) {
        const why = the.leftOut.get(root);
        if (why !== undefined) say(root, { kind: "leftOut", reason: why.reason });
    }
    const share = shares(roots, members);
    const work = new Work(settings, cache, the, options.onProgress);
    const asked = new Set(roots);
    const late: string[] = [];
    const ended = await afterOthers({
        ...steps(the.order, (path) => the.missing.has(path), settings.uploadsAtOnce),
        isFatal: isOutage,
        work: (step) => work.do(step),
        onDone: ({ member: { path }, what }) => {
            if (what !== "path" || !asked.has(path)) return;
            // What was written before midnight may go a day before what was written after it.
            if (the.fresh !== Infinity && crossesDay(begun, now())) late.push(path);
            else say(path, work.outcome(share.get(path) ?? []));
        },
    });
    const failed = new Map([...ended.failed].map(([{ member }, error]) => [member.path, error]));
    let { fatal } = ended;
    if (late.length > 0) {
        const done = new Set([...ended.done].map(({ member, what }) => (what === "path" ? member.path : "")));
        const written = the.order.filter(({ path }) => done.has(path) && the.life.has(path));
        const end = await catchUp(cache, written, settings, now());
        end.failed.forEach((error, path) => failed.set(path, error));
        fatal ??= end.fatal;
        if (end.fatal === undefined)
            for (const path of late) if (!failed.has(path)) say(path, work.outcome(share.get(path) ?? []));
    }
    let turns = 0;
    for (const root of roots) {
        const error = failed.get(root);
        if (error !== undefined && !isOutage(error)) say(root, { kind: "failed", error });
        else if (fatal !== undefined) {
            const tried = error !== undefined && turns++ < MOST_TURNS;
            say(root, { kind: "waits", error: error ?? fatal, tried });
        }
    }
    if (fatal !== undefined || failed.size > 0) memory.forget();
    else work.remember(memory);
}

function planned({ missing, there, counts, order }: Plan): PushEvent {
    const bytes = order.reduce((sum, { path, narSize }) => sum + (missing.has(path) ? narSize : 0), 0);
    return { kind: "planned", paths: missing.size, bytes, there: there.size, filtered: counts };
}
