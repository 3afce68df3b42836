import { untilOf } from "../cache/expiryDates.ts";
import { narUrlOf } from "../cache/narUrl.ts";
import { narinfoKey } from "../cache/storePath.ts";
import type { Cache } from "../s3/bucket.ts";
import { listed, type Listed } from "../s3/listed.ts";
import { mapAtOnce } from "../system/pool.ts";
import { narObjects } from "./narObjects.ts";
import { narinfoOf, withNar, type GoodNarinfo, type Presence, type Wanted } from "./presence.ts";
import { vouchedFor } from "./vouched.ts";

const QUESTIONS_AT_ONCE = 16;

/** By what a narinfo is known as good. */
export interface Trust {
    /** Those whose signatures hosts accept. */
    readonly trustedPublicKeys: readonly string[];
    /** The secret key that narinfos are signed with, which is one of them. */
    readonly signingKey: string;
}

/** What the cache has of many paths. */
export interface Look {
    /** By store path. */
    readonly presence: ReadonlyMap<string, Presence>;
    /** Days that a narinfo has from when it is written; Infinity: it never goes; undefined: none is there that tells. */
    readonly narinfoDays: number | undefined;
}

/**
 * Asks the cache for many paths, each once: by pages of a listing, where narinfos
 * that were pushed from here say enough of themselves, or one by one.
 *
 * @throws ServerError when the server does not answer, or refuses the builder
 */
export async function look(cache: Cache, wanted: readonly Wanted[], trust: Trust): Promise<Look> {
    const [pages, narPages] = await Promise.all([
        listed(
            cache,
            "",
            wanted.map(({ path }) => narinfoKey(path)),
        ),
        listed(
            cache,
            "nar/",
            wanted.map(({ narHash }) => narUrlOf(narHash, "zstd")),
        ),
    ]);
    const narinfos = await narinfosOf(cache, wanted, trust, pages);
    const good = [...narinfos.values()].filter((one) => typeof one !== "string");
    const nars = await narObjects(
        cache,
        good.map(({ url }) => url),
        narPages,
    );
    const presence = new Map(
        [...narinfos].map(([path, narinfo]): [string, Presence] => [
            path,
            typeof narinfo === "string"
                ? { hasNarinfo: narinfo !== "absent" }
                : withNar(narinfo, nars.get(narinfo.url)),
        ]),
    );
    const days = good.map((one) => one.days);
    return { presence, narinfoDays: days.length === 0 ? undefined : Math.max(...days) };
}

async function narinfosOf(
    cache: Cache,
    wanted: readonly Wanted[],
    { trustedPublicKeys, signingKey }: Trust,
    { known }: Listed,
): Promise<Map<string, GoodNarinfo | "absent" | "bad">> {
    const found = new Map<string, GoodNarinfo | "absent" | "bad">();
    const ask = async (one: Wanted) => {
        const narinfo = await narinfoOf(cache, one, trustedPublicKeys);
        found.set(one.path, narinfo);
        return typeof narinfo === "string" ? undefined : narinfo.days;
    };
    // When narinfos go is not in a listing: one tells how many days all of them have.
    let days: number | undefined;
    const unclear: Wanted[] = [];
    for (const one of wanted) {
        const key = narinfoKey(one.path);
        const object = known.get(key);
        const vouched = object === undefined ? undefined : vouchedFor(object, one, signingKey);
        if (object === undefined && known.has(key)) found.set(one.path, "absent");
        else if (object === undefined || vouched === undefined) unclear.push(one);
        else if (days === undefined) days = await ask(one);
        else
            found.set(one.path, {
                path: one.path,
                url: vouched.url,
                narFileSize: vouched.fileSize,
                fileHash: vouched.fileHash,
                until: untilOf(object.modified, days),
                days,
            });
    }
    await mapAtOnce(unclear, QUESTIONS_AT_ONCE, ask);
    return found;
}
