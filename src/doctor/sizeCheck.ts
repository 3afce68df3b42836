import type { AgeTally } from "../content/ageTally.ts";
import { sizeState, sizeWords } from "../content/sizeFit.ts";
import type { HostConfig } from "../hosts/hostConfig.ts";
import { inWords } from "../s3/limits.ts";
import { asCalled } from "../system/asCalled.ts";
import { bad, ok, type Check } from "./check.ts";

/**
 * Whether the cache stays below its maxSize.
 *
 * @param maxSize in bytes
 * @param ages of all its objects
 */
export function sizeCheck(ages: AgeTally, host: HostConfig, maxSize: number): Check {
    const state = sizeState(ages, host, maxSize, new Date());
    const words = sizeWords(state, host, inWords);
    if (words === undefined) return ok("size", `${inWords(state.bytes)}, of maxSize ${inWords(maxSize)}`);
    return bad("size", "warning", words.seen, `${words.advice}; ${asCalled("trim")} cuts it once`);
}
