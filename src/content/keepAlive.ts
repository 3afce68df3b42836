import { DAY_MS } from "../cache/day.ts";
import { crossesDay, isPastHalf, untilOf } from "../cache/expiryDates.ts";
import type { Cache } from "../s3/bucket.ts";
import { closureOrder } from "../store/closure.ts";
import { isOutage } from "../store/outage.ts";
import { closureHere, type ClosureHere, type MemberHere, type WalkOptions } from "./closureHere.ts";
import { lives } from "./lives.ts";
import { renewAliveBeside } from "./renewAliveBeside.ts";
import { renewLives, type Renewed } from "./renewInOrder.ts";

/** How long before its end what is alive counts as about to go, at most. */
const SOON_DAYS = 3;

/** What keeping some paths alive came to. Times are in milliseconds since 1970; Infinity: never. */
export interface KeptAlive extends Omit<ClosureHere, "members"> {
    /** Paths that are in this cache. */
    readonly here: number;
    /** Bytes of their NARs' files, each once. */
    readonly bytes: number;
    /** Paths of which something was to be renewed. */
    readonly due: number;
    /** Objects that were renewed. */
    readonly renewed: number;
    /** Paths that could not be renewed, and why. */
    readonly failed: ReadonlyMap<string, Error>;
    /** When the first of the paths would have gone, before this run. */
    readonly firstBefore: number;
    /** When the first of them goes now. */
    readonly first: number;
    /** Paths that go within days nevertheless. */
    readonly soon: readonly string[];
    /** The error that ended the run. Default: none did. */
    readonly fatal?: Error;
}

/** How paths are kept alive. */
export interface KeepOptions extends WalkOptions {
    /** Changes nothing. Default: false. */
    readonly dryRun?: boolean;
    /** Days that a narinfo has. Default: as the server says of each. */
    readonly days?: number;
    /** Told how many objects were renewed. Default: nobody is. */
    readonly onRenewed?: (objects: number) => void;
    /** The time, in milliseconds. Default: this machine's. */
    readonly now?: () => number;
}

/**
 * Renews what some paths need and what is past half of its life, by copies on the
 * server. It deletes nothing, so it may be ended at any moment, and several may
 * be at work.
 *
 * @param roots full store paths
 * @throws ServerError when the server does not answer while the closures are walked
 */
export async function keepAlive(
    cache: Cache,
    roots: readonly string[],
    options: KeepOptions,
): Promise<KeptAlive> {
    const now = options.now ?? Date.now;
    const begun = now();
    const first = await pass(cache, roots, options, begun, true);
    // What was renewed before midnight goes a day before what was renewed after it.
    if (first.renewed === 0 || first.fatal !== undefined || !crossesDay(begun, now())) return first;
    const second = await pass(cache, roots, options, now(), false);
    return {
        ...second,
        due: first.due,
        renewed: first.renewed + second.renewed,
        failed: new Map([...first.failed, ...second.failed]),
        firstBefore: first.firstBefore,
    };
}

/** @param byAge whether what is past half of its life is renewed, and not only what something else needs */
async function pass(
    cache: Cache,
    roots: readonly string[],
    options: KeepOptions,
    now: number,
    byAge: boolean,
): Promise<KeptAlive> {
    const { members, ...lost } = await closureHere(cache, roots, options);
    const order = inOrder([...members.values()]);
    const days = options.days ?? order.reduce((most, one) => Math.max(most, one.days), 0);
    const fresh = untilOf(new Date(now), days);
    const isOld = (one: MemberHere) => isPastHalf(one.narinfoUntil, options.days ?? one.days, now);
    const life = lives(order, members, fresh, (path) => {
        const one = members.get(path);
        return byAge && one !== undefined && isOld(one) ? fresh : -Infinity;
    });
    const due = order.filter(({ path }) => {
        const one = life.get(path);
        return one?.renewNar === true || one?.renewNarinfo === true;
    });
    const ended: Renewed =
        options.dryRun === true || due.length === 0
            ? { done: new Set(), failed: new Map(), renewed: 0 }
            : await renewLives(cache, order, life, isOutage, options.onRenewed);
    const beside =
        options.dryRun === true || !byAge || ended.fatal !== undefined
            ? { renewed: 0 }
            : await renewAliveBeside(cache, members, days, now);
    const fatal = ended.fatal ?? beside.fatal;
    const done = new Set([...ended.done].map(({ path }) => path));
    const ends = order.map((one) => {
        const { renewNar = false, renewNarinfo = false } = done.has(one.path)
            ? (life.get(one.path) ?? {})
            : {};
        const narinfo = renewNarinfo ? fresh : one.narinfoUntil;
        return { path: one.path, until: renewNar ? narinfo : Math.min(narinfo, one.narUntil) };
    });
    const limit = now + soonMs(days);
    return {
        ...lost,
        here: members.size,
        bytes: bytesOf(members),
        due: due.length,
        renewed: ended.renewed + beside.renewed,
        failed: new Map([...ended.failed].map(([{ path }, error]) => [path, error])),
        firstBefore: earliest(order.map((one) => Math.min(one.narinfoUntil, one.narUntil))),
        first: earliest(ends.map(({ until }) => until)),
        soon: ends.filter(({ until }) => until < limit).map(({ path }) => path),
        ...(fatal === undefined ? {} : { fatal }),
    };
}

/** How long before its end something counts as about to go, in milliseconds: a quarter of its life, at most three days. */
export function soonMs(days: number): number {
    return Math.min(SOON_DAYS, days / 4) * DAY_MS;
}

/** References before who refers to them. Whoever may push could make a circle of narinfos, which must keep nothing else from being renewed. */
function inOrder(members: readonly MemberHere[]): MemberHere[] {
    const order = closureOrder(members, () => undefined);
    const before = new Set<string>();
    return order.map((one) => {
        const references = one.references.filter((path) => before.has(path));
        before.add(one.path);
        return { ...one, references };
    });
}

function bytesOf(members: ReadonlyMap<string, MemberHere>): number {
    const sizes = new Map([...members.values()].map(({ url, bytes }) => [url, bytes]));
    return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function earliest(times: readonly number[]): number {
    return times.reduce((least, time) => Math.min(least, time), Infinity);
}
