import { logKey } from "../cache/besideNames.ts";
import { isPlainNarUrl } from "../cache/narUrl.ts";
import { baseName, listingKey, narinfoKey } from "../cache/storePath.ts";
import { readNarinfo, type StoredNarinfo } from "../content/readNarinfo.ts";
import type { Cache } from "../s3/bucket.ts";

/** A path that is to be removed from the cache. */
export interface Doomed {
    /** Full store path. */
    readonly path: string;
    /** Its narinfo's object name. */
    readonly key: string;
    /** Its listing's object name, whether there is one or not. */
    readonly listing: string;
    /** Its NAR's object name; undefined: no narinfo says it, or one that leads out of the cache. */
    readonly nar?: string;
    /** Its build log's object name, where its narinfo says which derivation built it. */
    readonly log?: string;
    /** Names of what it refers to, without `/nix/store/`. */
    readonly references: readonly string[];
}

/** What its narinfo makes of a path that is to be removed. */
export function doomed({ info }: Pick<StoredNarinfo, "info">): Doomed {
    const { storePath: path, url, deriver, references } = info;
    return {
        ...unreadable(path),
        ...(isPlainNarUrl(url) ? { nar: url } : {}),
        ...(deriver === undefined ? {} : { log: logKey(deriver) }),
        references,
    };
}

/** The objects of a path in the cache; undefined where it has no narinfo there. @throws ServerError as ask does */
export async function doomedPath(cache: Cache, path: string): Promise<Doomed | undefined> {
    const narinfo = await readNarinfo(cache, narinfoKey(path));
    if (narinfo.kind === "gone") return undefined;
    // Of another name, it is of another path, whose hash is the same: a mistake in typing.
    if (narinfo.kind === "read") return narinfo.info.storePath === path ? doomed(narinfo) : undefined;
    return unreadable(path);
}

function unreadable(path: string): Doomed {
    return { path, key: narinfoKey(path), listing: listingKey(path), references: [] };
}

/** The hash of a path, or of its name: what narinfos are filed under. */
export function hashOf(name: string): string {
    return (name.startsWith("/") ? baseName(name) : name).slice(0, 32);
}

/** NARs and logs of paths. */
export function objectsOf(all: Iterable<Doomed>): Set<string> {
    return new Set([...all].flatMap(({ nar, log }) => [nar, log].filter((one) => one !== undefined)));
}
