import { rootsOf } from "../cache/pin.ts";
import { listPins } from "../content/pins.ts";
import type { Cache } from "../s3/bucket.ts";
import { hashOf } from "./doomed.ts";

/** A pin that names paths of some. */
export interface Pinned {
    readonly pin: string;
    /** Full store paths. */
    readonly paths: readonly string[];
}

/**
 * The pins that keep one of some paths alive by name. What a pin keeps alive because
 * it is referred to has a referrer, which is told of anyway.
 *
 * @throws ServerError when the server does not answer
 */
export async function pinnedBy(cache: Cache, paths: Iterable<string>): Promise<Pinned[]> {
    const hashes = new Set(Array.from(paths, hashOf));
    const found: Pinned[] = [];
    const now = new Date();
    for await (const pin of listPins(cache)) {
        const named = rootsOf(pin, now).filter((path) => hashes.has(hashOf(path)));
        if (named.length > 0) found.push({ pin: pin.name, paths: named });
    }
    return found;
}
