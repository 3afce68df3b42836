import { readFileSync } from "node:fs";
import type { Queue } from "./queue.ts";

/** What the service remembers of its work. Times are ISO 8601, UTC. */
export interface State {
    /** Number of queued paths that were pushed since the queue was made. */
    readonly pushed: number;
    readonly lastPush?: { readonly at: string; readonly path: string };
    readonly lastError?: { readonly at: string; readonly path: string; readonly message: string };
    /** Since when no path could be pushed because the server or this machine was not able to. */
    readonly outageSince?: string;
    /** When it will be tried again. */
    readonly nextTry?: string;
}

/** The state of a queue; one that cannot be read is begun anew. */
export function readState(queue: Queue): State {
    try {
        const given = JSON.parse(readFileSync(queue.state, "utf8")) as Partial<State>;
        return { ...given, pushed: Number.isSafeInteger(given.pushed) ? Number(given.pushed) : 0 };
    } catch {
        return { pushed: 0 };
    }
}
