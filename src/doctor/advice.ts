import { asCalled } from "../system/asCalled.ts";

/** What finds out why the server is not as declared, and what mends it. */
export function driftAndHeal(): string {
    return `${asCalled("drift")} says why, ${asCalled("heal")} puts it back`;
}

/** What sends a path of this machine's store to the cache once more. */
export function pushAgain(...options: readonly string[]): string {
    return `${asCalled("enqueue", "PATH")}, then ${asCalled("push", ...options)}`;
}
