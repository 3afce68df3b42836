import { rootsOf } from "../cache/pin.ts";
import type { Cache } from "../s3/bucket.ts";
import { listPins } from "./pins.ts";
import type { Unreadable } from "./readPin.ts";

/** What keeps paths alive. */
export interface Roots {
    /** Full store paths, with the names of the pins that name them. */
    readonly pinned: ReadonlyMap<string, readonly string[]>;
    /** Pins that keep something alive. */
    readonly pins: number;
}

/**
 * What the pins of a cache keep alive: every revision that is kept, of every pin
 * that has not ended.
 *
 * @throws ServerError as {@link listPins}
 */
export async function pinnedRoots(cache: Cache, now: Date, unreadable?: Unreadable): Promise<Roots> {
    const pinned = new Map<string, string[]>();
    let pins = 0;
    for await (const pin of listPins(cache, unreadable)) {
        const paths = rootsOf(pin, now);
        if (paths.length > 0) pins += 1;
        for (const path of paths) {
            const names = pinned.get(path);
            if (names === undefined) pinned.set(path, [pin.name]);
            else names.push(pin.name);
        }
    }
    return { pinned, pins };
}
