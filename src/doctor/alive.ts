import { DAY_MS } from "../cache/day.ts";
import { closureHere, type MemberHere, type WalkOptions } from "../content/closureHere.ts";
import { soonMs } from "../content/keepAlive.ts";
import { pathHere } from "../content/pathHere.ts";
import { pinnedRoots, type Roots } from "../content/roots.ts";
import { baseName } from "../cache/storePath.ts";
import type { Cache } from "../s3/bucket.ts";
import { asCalled } from "../system/asCalled.ts";
import { mapAtOnce } from "../system/pool.ts";
import { bad, ok, type Check } from "./check.ts";

const AT_ONCE = 16;
/** How many are named. */
const NAMED = 5;

/** A daily run that was missed a few times: this machine was off, or the server away. */
const MISSED_DAYS = 3;

/** What is there of what is pinned. */
interface Pinned {
    readonly here: readonly Pick<MemberHere, "path" | "narinfoUntil" | "days">[];
    readonly missing: readonly string[];
    /** Not in this cache, while another could not be asked. */
    readonly unknown: readonly string[];
}

/** How it is looked at: `deep` walks the closures, and else what the pins name is looked at alone. */
export type AliveOptions = Pick<WalkOptions, "trustedPublicKeys" | "upstreams"> & { readonly deep: boolean };

/**
 * Whether what is pinned is in the cache, and is renewed in time. By the
 * invariant, what a pin names goes no later than what it refers to, so its own
 * narinfo tells of all.
 *
 * @returns nothing where nothing is pinned
 */
export async function aliveChecks(cache: Cache, options: AliveOptions): Promise<Check[]> {
    const unreadable: string[] = [];
    const roots = await pinnedRoots(cache, new Date(), (name) => unreadable.push(name));
    const strange =
        unreadable.length === 0
            ? []
            : [
                  {
                      ...bad(
                          "records of pins",
                          "warning",
                          `${unreadable.length} are none`,
                          "whoever may push could put them there; they keep nothing alive",
                      ),
                      details: unreadable.slice(0, NAMED),
                  },
              ];
    if (roots.pins === 0) return strange;
    const pinned = options.deep
        ? await deepLook(cache, roots, options)
        : await rootLook(cache, roots, options);
    return [presence(roots, pinned, options.deep), ...renewal(pinned), ...strange];
}

async function rootLook(
    cache: Cache,
    { pinned }: Roots,
    { trustedPublicKeys, upstreams }: AliveOptions,
): Promise<Pinned> {
    const all = await mapAtOnce([...pinned.keys()], AT_ONCE, async (path) => {
        const here = await pathHere(cache, path, trustedPublicKeys);
        return { path, here, answer: here === undefined ? await upstreams.has(baseName(path)) : "there" };
    });
    const those = (answer: string) => all.filter((one) => one.answer === answer).map(({ path }) => path);
    return {
        here: all.flatMap(({ here }) => here ?? []),
        missing: those("nowhere"),
        unknown: those("unknown"),
    };
}

async function deepLook(cache: Cache, { pinned }: Roots, options: AliveOptions): Promise<Pinned> {
    const { members, missing, unknown } = await closureHere(cache, [...pinned.keys()], options);
    return {
        here: [...members.values()].map(({ path, narinfoUntil, narUntil, days }) => ({
            path,
            narinfoUntil: Math.min(narinfoUntil, narUntil),
            days,
        })),
        missing,
        unknown,
    };
}

function presence({ pinned, pins }: Roots, { here, missing, unknown }: Pinned, deep: boolean): Check {
    const name = "what is pinned";
    const lost = [...missing, ...unknown];
    if (lost.length === 0)
        return ok(
            name,
            `${pins} pin${pins === 1 ? "" : "s"}: ${deep ? `${here.length} paths in their closures are here` : "what they name is here"}`,
        );
    const details = lost.slice(0, NAMED).map((path) => {
        const by = pinned.get(path)?.slice(0, 3).join(", ");
        return by === undefined ? path : `${path} (${by})`;
    });
    const seen =
        missing.length > 0
            ? `${missing.length} of its paths are in no cache`
            : `${unknown.length} of its paths are not here, and other caches could not be asked`;
    return {
        ...bad(
            name,
            missing.length > 0 ? "failure" : "warning",
            seen,
            `push them again from a machine that has them, or end the pin: ${asCalled("unpin", "NAME")}`,
        ),
        details: [...details, ...(lost.length > NAMED ? [`and ${lost.length - NAMED} more`] : [])],
    };
}

/** Whether renewing runs: a daily run leaves nothing that is far past half of its life. */
function renewal({ here }: Pinned): Check[] {
    const name = "renewing";
    const now = Date.now();
    const first = here.reduce<(typeof here)[number] | undefined>(
        (least, one) => (least === undefined || one.narinfoUntil < least.narinfoUntil ? one : least),
        undefined,
    );
    if (first === undefined || first.narinfoUntil === Infinity) return [];
    const left = first.narinfoUntil - now;
    const seen = `what goes first of it goes ${new Date(first.narinfoUntil).toISOString().slice(0, 10)}`;
    const advice = `${asCalled("renew")} renews it; a builder's timer nix-cache-renew does so daily`;
    if (left < soonMs(first.days)) return [{ ...bad(name, "failure", seen, advice), details: [first.path] }];
    const late = (first.days / 2 - MISSED_DAYS) * DAY_MS;
    if (left < late)
        return [
            {
                ...bad(name, "warning", `${seen}: it has not run for ${MISSED_DAYS} days or more`, advice),
                details: [first.path],
            },
        ];
    return [ok(name, seen)];
}
