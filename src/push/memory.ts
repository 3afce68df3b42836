import type { Found } from "../content/presence.ts";

const MEMORY_MS = 5 * 60_000;

/** Paths that are remembered; the oldest are forgotten first. */
const MOST = 20_000;

/**
 * What was seen in the cache during the last five minutes, so that paths which
 * share most of their closure do not ask for it again and again. Forgotten as a
 * whole when anything goes wrong, and never written anywhere.
 */
export class Memory {
    /** In the order in which they were seen: one that is seen anew is put at the end. */
    private readonly seen = new Map<string, { readonly found: Found; readonly at: number }>();

    get(path: string, now = Date.now()): Found | undefined {
        const one = this.seen.get(path);
        return one === undefined || now - one.at > MEMORY_MS ? undefined : one.found;
    }

    add(found: Found, now = Date.now()): void {
        const { path } = found;
        // A path that is looked at all the time must be asked for all the same.
        if (this.get(path, now) !== undefined) return;
        this.seen.delete(path);
        this.seen.set(path, { found, at: now });
        for (const [oldest, { at }] of this.seen) {
            if (this.seen.size <= MOST && now - at <= MEMORY_MS) return;
            this.seen.delete(oldest);
        }
    }

    /** Number of paths that are remembered. */
    get size(): number {
        return this.seen.size;
    }

    forget(): void {
        this.seen.clear();
    }
}
