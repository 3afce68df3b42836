import { readFileSync } from "node:fs";
import type { Queue } from "./queue.ts";

/** What the service remembers of its work. Times are ISO 8601, UTC. */
export interface State {
    /** Number of queued paths that were pushed since the queue was made. */
    readonly pushed: number;
    readonly lastPush?: { readonly at: string; readonly path: string };
    /** The last failure whose cause may still be there. */
    readonly lastError?: Failure | undefined;
    /** Since when no path could be pushed because the server or this machine was not able to. */
    readonly outageSince?: string | undefined;
    /** When it will be tried again. */
    readonly nextTry?: string | undefined;
    /** What is being pushed, where that takes long. */
    readonly working?: { readonly since: string; readonly path: string } | undefined;
    /** Number of times that Nix did not end and was ended. Default: 0. */
    readonly nixKilled?: number;
}

/** A push that failed. */
export interface Failure {
    readonly at: string;
    readonly path: string;
    readonly message: string;
    /** Whether it was the server or this machine. Default: it was the path. */
    readonly outage?: boolean;
}

/** The state of a queue; one that cannot be read is begun anew. */
export function readState(queue: Queue): State {
    for (const file of queue.state) {
        try {
            const given = JSON.parse(readFileSync(file, "utf8")) as Partial<State>;
            return { ...given, pushed: Number.isSafeInteger(given.pushed) ? Number(given.pushed) : 0 };
        } catch {
            // Not there, or not whole: the next one.
        }
    }
    return { pushed: 0 };
}

/** The state when a service starts: what the one before was doing, it does no more. */
export function afterStart(state: State): State {
    return { ...state, working: undefined, nextTry: undefined };
}

/** The state when paths were pushed: the server and this machine are able to, and what was said of these paths is past. */
export function afterPushes(state: State, paths: readonly string[], at: string): State {
    const { lastError, ...rest } = afterOutage(state);
    const path = paths.at(-1);
    return {
        ...rest,
        pushed: state.pushed + paths.length,
        ...(path === undefined ? {} : { lastPush: { at, path } }),
        lastError: lastError !== undefined && paths.includes(lastError.path) ? undefined : lastError,
    };
}

/** The state when a path failed. */
export function afterFailure(state: State, failure: Failure, nixWasKilled: boolean): State {
    return {
        ...afterStart(state),
        lastError: failure,
        ...(failure.outage === true ? { outageSince: state.outageSince ?? failure.at } : {}),
        ...(nixWasKilled ? { nixKilled: (state.nixKilled ?? 0) + 1 } : {}),
    };
}

/** The state when the server and this machine are known to be able to: what was said of them is past. */
export function afterOutage(state: State): State {
    const { lastError } = state;
    return {
        ...afterStart(state),
        outageSince: undefined,
        lastError: lastError?.outage === true ? undefined : lastError,
    };
}
