// Which lifecycle rules a cache has: after how many days what expires.

import { CACHE_INFO_NAME } from "./managedObjects.ts";
import { NIX_BASE32_ALPHABET } from "./nixBase32.ts";

/** One lifecycle rule: objects whose names begin with the prefix expire that many days after they were written. */
export interface ExpiryRule {
    readonly id: string;
    readonly prefix: string;
    /** Whole days, at least 1. */
    readonly days: number;
}

/** What the rules must never meet: the cache is dead without the first, and the second has a rule of its own. */
const LEFT_ALONE = [CACHE_INFO_NAME, "nar/"] as const;

/**
 * The smallest set of prefixes that covers every name that begins with a
 * store path's hash (`HASH.narinfo`, `HASH.ls`) and nothing that is
 * {@link LEFT_ALONE}: 187 of them.
 *
 * A lifecycle filter can only say what is matched, never what is not. So each
 * letter of Nix's base-32 alphabet gets a rule, and where a letter begins a
 * name to be left alone, its rule gives way to one for each letter after it.
 * Names outside the alphabet (`e`, `o`, `t`, `u`, as in `usage.html`) meet no
 * rule; `log/`, `debuginfo/`, `realisations/` and `build-trace-v2/` begin with
 * letters of it and expire with the narinfos.
 */
export function hashPrefixes(): string[] {
    const cover = (prefix: string): string[] =>
        LEFT_ALONE.some((name) => name.startsWith(prefix))
            ? Array.from(NIX_BASE32_ALPHABET).flatMap((letter) => cover(prefix + letter))
            : [prefix];
    return cover("");
}

/**
 * The lifecycle rules of a cache, none when nothing expires.
 *
 * @param expireDays days until a narinfo expires; 0: never, and no rule at all
 * @param narGraceDays days that a NAR lasts longer, so that of what was pushed
 * together no narinfo outlives its NAR
 */
export function expiryRules(expireDays: number, narGraceDays: number): ExpiryRule[] {
    if (expireDays === 0) return [];
    return [
        { id: "nar", prefix: "nar/", days: expireDays + narGraceDays },
        ...hashPrefixes().map((prefix) => ({ id: `hash-${prefix}`, prefix, days: expireDays })),
    ];
}

/** Which rules meet an object: those of store paths' hashes, that of NARs, none. */
export type ExpiryClass = "paths" | "nars" | "never";

const HASH_PREFIXES = new Set(hashPrefixes());
const LONGEST = Math.max(...[...HASH_PREFIXES].map(({ length }) => length));

/** The same as asking each of {@link expiryRules} in turn, in the time of a few look-ups. */
export function expiryClass(key: string): ExpiryClass {
    if (key.startsWith("nar/")) return "nars";
    for (let length = 1; length <= LONGEST && length <= key.length; length++)
        if (HASH_PREFIXES.has(key.slice(0, length))) return "paths";
    return "never";
}
