import { untilOf } from "../../cache/expiryDates.ts";
import { lives, type Life } from "../../content/lives.ts";
import { look } from "../../content/look.ts";
import type { Found, Presence } from "../../content/presence.ts";
import type { Cache } from "../../s3/bucket.ts";
import { closureOrder, isSignedBy, type Member } from "../../store/closure.ts";
import type { Memory } from "../memory.ts";
import type { Settings } from "../settings.ts";
import { sieve, type Sieved } from "./filters.ts";
import type { Upstreams } from "./upstreams.ts";

/** What is to be done for some closures. */
export interface Plan extends Sieved {
    /** All that is to be in the cache or in another one, references before who refers to them. */
    readonly order: readonly Member[];
    /** Paths to upload, with what the cache has of them. */
    readonly missing: ReadonlyMap<string, Presence>;
    /** Paths that the cache has. */
    readonly there: ReadonlyMap<string, Found>;
    /** How long each of the cache's paths, there or to be, is needed. */
    readonly life: ReadonlyMap<string, Life>;
    /** When a narinfo goes that is written now, in milliseconds; Infinity: never, or it is not known. */
    readonly fresh: number;
    /** Whether {@link fresh} is known. */
    readonly isFreshKnown: boolean;
}

/**
 * Asks the cache, and others, what they have of some closures, each path once.
 *
 * @param doubted paths whose objects are not believed, however they look: they are brought
 *   into the cache, whatever the filters say of them. Default: none
 * @throws ServerError when the server does not answer, or refuses the builder
 */
export async function plan(
    settings: Settings,
    cache: Cache,
    members: ReadonlyMap<string, Member>,
    memory: Memory,
    upstreams: Upstreams,
    now: number,
    doubted: ReadonlySet<string> = new Set(),
): Promise<Plan> {
    const all = closureOrder([...members.values()]);
    const believed = all.filter(({ path }) => !doubted.has(path));
    const there = new Map(
        believed.flatMap(({ path }) => memory.get(path) ?? []).map((one) => [one.path, one]),
    );
    const unknown = believed.filter(
        (member) => !there.has(member.path) && !isSignedBy(member, settings.filters.upstreamKeys),
    );
    const { force } = settings;
    const seen = force
        ? { presence: new Map<string, Presence>(), narinfoDays: undefined }
        : await look(cache, unknown, settings);
    for (const [path, { good }] of seen.presence) if (good !== undefined) there.set(path, good);
    const sieved = await sieve(settings.filters, upstreams, believed, (path) => there.has(path));
    const { elsewhere, leftOut } = sieved;
    const order = all.filter(({ path }) => !leftOut.has(path));
    const ours = order.filter(({ path }) => !elsewhere.has(path));
    const days = seen.narinfoDays ?? settings.expireDays;
    const fresh = days === undefined ? Infinity : untilOf(new Date(now), days);
    const missing = new Map(
        ours
            .filter(({ path }) => !there.has(path))
            .map(({ path }): [string, Presence] => [
                path,
                doubted.has(path)
                    ? { hasNarinfo: true, isDoubted: true }
                    : (seen.presence.get(path) ?? { hasNarinfo: force }),
            ]),
    );
    return {
        ...sieved,
        order,
        missing,
        there,
        life: lives(ours, there, fresh),
        fresh,
        isFreshKnown: days !== undefined,
    };
}
