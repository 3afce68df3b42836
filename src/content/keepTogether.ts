import type { Cache } from "../s3/bucket.ts";
import { mapAtOnce } from "../system/pool.ts";
import type { Found } from "./presence.ts";
import { renew } from "../s3/renew.ts";
import { narinfoKey } from "../cache/storePath.ts";

const AT_ONCE = 8;

/** One object that has to be made new. */
export interface Renewal {
    readonly kind: "nar" | "narinfo";
    readonly key: string;
}

/**
 * What has to be renewed so that a closure stays whole as long as any of it is there:
 *
 * - a NAR that goes before its narinfo. Nix does not upload one that is there,
 *   so a path pushed again, or one that shares its NAR, has an old one;
 * - the narinfo of a path that goes before one of those that refer to it: it
 *   was pushed long before.
 *
 * @param found the closure, in any order
 * @returns NARs first, so that at no moment a narinfo lasts longer than its NAR
 */
export function renewals(found: readonly Found[]): Renewal[] {
    const until = Math.max(...found.map(({ narinfoUntil }) => narinfoUntil));
    const nars = found.filter(({ narUntil }) => narUntil < until).map(({ info }) => info.url);
    const narinfos = found
        .filter(({ narinfoUntil }) => narinfoUntil < until)
        .map(({ info }) => narinfoKey(info.storePath));
    return [
        // Two paths may share a NAR.
        ...[...new Set(nars)].map((key): Renewal => ({ kind: "nar", key })),
        ...narinfos.map((key): Renewal => ({ kind: "narinfo", key })),
    ];
}

/**
 * Renews what {@link renewals} names.
 *
 * @returns how many objects were renewed
 */
export async function keepTogether(cache: Cache, found: readonly Found[]): Promise<number> {
    const all = renewals(found);
    for (const kind of ["nar", "narinfo"] as const) {
        const some = all.filter((one) => one.kind === kind);
        await mapAtOnce(some, AT_ONCE, ({ key }) => renew(cache, key));
    }
    return all.length;
}
