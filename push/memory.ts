import type { Found } from "./presence.ts";

const MEMORY_MS = 5 * 60_000;

/**
 * What was seen in the cache during the last five minutes, so that paths which
 * share most of their closure do not ask for it again and again. Forgotten as a
 * whole when anything goes wrong, and never written anywhere.
 */
export class Memory {
    private readonly seen = new Map<string, { readonly found: Found; readonly at: number }>();

    get(path: string, now = Date.now()): Found | undefined {
        const one = this.seen.get(path);
        return one === undefined || now - one.at > MEMORY_MS ? undefined : one.found;
    }

    add(found: Found, now = Date.now()): void {
        const { storePath } = found.info;
        // A path that is looked at all the time must be asked for all the same.
        if (this.get(storePath, now) === undefined) this.seen.set(storePath, { found, at: now });
    }

    forget(): void {
        this.seen.clear();
    }
}
