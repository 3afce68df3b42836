import { crossesDay } from "../../cache/expiryDates.ts";
import { withConnections, type Cache } from "../../s3/bucket.ts";
import type { Member } from "../../store/closure.ts";
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

/** What a batch works with. */
interface Batch {
    readonly settings: Settings;
    /** All that is in the closures of {@link roots}. */
    readonly members: ReadonlyMap<string, Member>;
    readonly roots: readonly string[];
    readonly options: BatchOptions;
    /** Told of each root what became of it. */
    readonly say: (path: string, outcome: Outcome) => void;
}

/**
 * Pushes closures that are known.
 *
 * @throws ServerError when the server does not say what is there
 */
export function pushClosures(batch: Batch): Promise<void> {
    return withConnections(batch.settings.cache, (cache) => push(batch, cache));
}

async function push({ settings, members, roots, options, say }: Batch, cache: Cache): Promise<void> {
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
