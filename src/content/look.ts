import type { Cache } from "../s3/bucket.ts";
import { mapAtOnce } from "../system/pool.ts";
import { narObjects } from "./narObjects.ts";
import { narinfoOf, withNar, type Presence, type Wanted } from "./presence.ts";

const QUESTIONS_AT_ONCE = 16;

/** What the cache has of many paths. */
export interface Look {
    /** By store path. */
    readonly presence: ReadonlyMap<string, Presence>;
    /** Days that a narinfo has from when it is written; Infinity: it never goes; undefined: none is there that tells. */
    readonly narinfoDays: number | undefined;
}

/**
 * Asks the cache for many paths, each once.
 *
 * @throws ServerError when the server does not answer, or refuses the builder
 */
export async function look(
    cache: Cache,
    wanted: readonly Wanted[],
    trustedPublicKeys: readonly string[],
): Promise<Look> {
    const narinfos = await mapAtOnce(wanted, QUESTIONS_AT_ONCE, (one) =>
        narinfoOf(cache, one, trustedPublicKeys),
    );
    const good = narinfos.filter((one) => typeof one !== "string");
    const nars = await narObjects(
        cache,
        good.map(({ url }) => url),
    );
    const presence = new Map(
        wanted.map(({ path }, index): [string, Presence] => {
            const narinfo = narinfos[index] ?? "absent";
            return [
                path,
                typeof narinfo === "string"
                    ? { hasNarinfo: narinfo !== "absent" }
                    : withNar(narinfo, nars.get(narinfo.url)),
            ];
        }),
    );
    const days = good.map((one) => one.days);
    return { presence, narinfoDays: days.length === 0 ? undefined : Math.max(...days) };
}
