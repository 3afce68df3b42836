import { untilOf } from "../../../src/cache/expiryDates.ts";
import { pinned } from "../../../src/cache/pinChange.ts";
import { keepAlive } from "../../../src/content/keepAlive.ts";
import { lives } from "../../../src/content/lives.ts";
import { renewLives } from "../../../src/content/renewInOrder.ts";
import { pinnedRoots } from "../../../src/content/roots.ts";
import { writePin } from "../../../src/content/writePin.ts";
import { renew } from "../../../src/s3/renew.ts";
import type { Cache } from "../../../src/s3/bucket.ts";
import { forEachAtOnce } from "../../../src/system/pool.ts";
import { closureOf, narinfoOf, type Made, type Model, type Root } from "./model.ts";
import type { Listed, OldBucket } from "./oldBucket.ts";

const AT_ONCE = 16;
const EXPIRE_DAYS = 30;
const GRACE_DAYS = 7;

/** What a simulated day began with. */
export interface Day {
    readonly day: number;
    /** Bytes of all narinfos and NARs, and of those that something alive needs. */
    readonly bytes: number;
    readonly aliveBytes: number;
    readonly objects: number;
    /** Objects that something alive needs and that are not there. */
    readonly missing: number;
    /** Objects that nothing alive has needed for more than 37 days. */
    readonly overdue: number;
    /** Objects that the day before renewed, by pushes and by renewing. */
    readonly renewed: number;
}

/** Whoever lives through the days. */
export interface Life {
    readonly model: Model;
    readonly bucket: OldBucket;
    /** As a builder has it. */
    readonly cache: Cache;
    readonly secretKey: string;
    readonly trustedPublicKeys: readonly string[];
    /** Whether somebody renews each day what pins keep. */
    readonly renews: boolean;
    /** Told of each morning, before anything is pushed: with the roots that are alive. */
    readonly onMorning?: (day: number, alive: readonly Root[]) => Promise<void>;
}

/** Lives through the days, one after the other. */
export async function* live(life: Life): AsyncGenerator<Day> {
    const { model, bucket, cache, renews } = life;
    const { days, unrenewed } = model.size;
    const roots = new Map<string, Root>();
    const lastAlive = new Map<string, number>();
    let renewed = 0;
    for (let day = 0; day < days; day++) {
        await bucket.goTo(day);
        const there = await bucket.list(day);
        const alive = closureOf([...roots.values()].map(({ made }) => made));
        const needed = new Set(alive.flatMap(({ narinfo, nar }) => [narinfo, nar]));
        for (const key of needed) lastAlive.set(key, day);
        yield {
            day,
            bytes: sum([...there.values()]),
            aliveBytes: sum([...needed].flatMap((key) => there.get(key) ?? [])),
            objects: there.size,
            missing: [...needed].filter((key) => !there.has(key)).length,
            overdue: [...there.keys()].filter(
                (key) => day - (lastAlive.get(key) ?? day) > EXPIRE_DAYS + GRACE_DAYS,
            ).length,
            renewed,
        };
        await life.onMorning?.(day, [...roots.values()]);
        const pushed = model.pushedOn(day);
        await push(life, pushed, there, day);
        for (const root of pushed) {
            roots.set(root.name, root);
            for (const { narinfo, nar } of closureOf([root.made]))
                for (const key of [narinfo, nar]) lastAlive.set(key, day);
        }
        if (renews) {
            await forEachAtOnce(pushed, AT_ONCE, async ({ name, made }) => {
                const wanted = { name, by: "simulated", paths: [made.path], until: null };
                await writePin(cache, name, (before) => pinned(before, wanted, new Date()));
            });
            if (day < unrenewed[0] || day > unrenewed[1]) await keepPins(life);
        }
        renewed = await bucket.endDay(day);
    }
}

/** What `nix-cache renew` does, with the days that the rules would have. */
async function keepPins({ cache, trustedPublicKeys }: Life): Promise<void> {
    const { pinned: roots } = await pinnedRoots(cache, new Date());
    const kept = await keepAlive(cache, [...roots.keys()], {
        trustedPublicKeys,
        upstreams: { has: () => Promise.resolve("nowhere") },
        days: EXPIRE_DAYS,
    });
    if (kept.fatal !== undefined) throw kept.fatal;
    for (const error of kept.failed.values()) throw error;
}

/** Puts what is missing, NARs first, and renews as a push does what is there: by the same code. */
async function push(
    { bucket, cache, secretKey }: Life,
    roots: readonly Root[],
    there: ReadonlyMap<string, Listed>,
    day: number,
): Promise<void> {
    const order = closureOf(roots.map(({ made }) => made));
    const fresh = untilOf(new Date(), EXPIRE_DAYS);
    const isThere = ({ narinfo, nar }: Made) => there.has(narinfo) && there.has(nar);
    const inOrder = order.map((made) => ({
        path: made.path,
        url: made.nar,
        references: made.references.map(({ path }) => path),
        narinfoUntil: there.get(made.narinfo)?.until ?? 0,
        narUntil: there.get(made.nar)?.until ?? 0,
        made,
    }));
    const found = inOrder.filter(({ made }) => isThere(made));
    const life = lives(inOrder, new Map(found.map((one) => [one.path, one])), fresh);
    const missing = order.filter((made) => !isThere(made));
    const nars = new Map(missing.map((made) => [made.nar, made]));
    await forEachAtOnce(nars.values(), AT_ONCE, async (made) => {
        const nar = there.get(made.nar);
        if (nar === undefined) await bucket.put(made.nar, made.content(), day);
        else if (nar.until < fresh) await renew(cache, made.nar);
    });
    const { fatal, failed } = await renewLives(cache, found, life, () => true);
    if (fatal !== undefined || failed.size > 0) throw fatal ?? new Error("not all was renewed");
    await forEachAtOnce(missing, AT_ONCE, (made) =>
        bucket.put(made.narinfo, narinfoOf(made, secretKey), day),
    );
}

function sum(objects: readonly Listed[]): number {
    return objects.reduce((bytes, { size }) => bytes + size, 0);
}
