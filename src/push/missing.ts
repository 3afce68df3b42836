import type { Member } from "../store/closure.ts";
import type { Presence } from "../content/presence.ts";

/** What a closure lacks in the cache. */
export interface Missing {
    /** The paths to push, references before who refers to them. */
    readonly members: readonly Member[];
    /** The other paths that they refer to: in the cache already, or in another one. */
    readonly others: readonly Member[];
    /** What the cache has of {@link members}, by store path. */
    readonly presence: ReadonlyMap<string, Presence>;
    /** Paths of {@link others} that are not in this cache, and are not to be. */
    readonly elsewhere: ReadonlySet<string>;
}
