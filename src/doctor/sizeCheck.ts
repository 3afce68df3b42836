import { bytesOf } from "../cache/size.ts";
import { AgeTally } from "../content/ageTally.ts";
import { sizeState, sizeWords } from "../content/sizeFit.ts";
import type { HostConfig } from "../hosts/hostConfig.ts";
import type { Connection } from "../s3/connection.ts";
import { inWords } from "../s3/limits.ts";
import { listObjects } from "../s3/objects.ts";
import { asCalled } from "../system/asCalled.ts";
import { bad, ok, type Check } from "./check.ts";

/** Whether the cache stays below its maxSize. Without one nothing is listed. */
export async function sizeCheck(from: Connection, host: HostConfig): Promise<Check[]> {
    const maxSize = bytesOf(host.maxSize ?? "");
    if (maxSize === undefined) return [];
    const tally = new AgeTally();
    for await (const page of listObjects(from, host.bucket)) for (const object of page) tally.add(object);
    const state = sizeState(tally, host, maxSize, new Date());
    const words = sizeWords(state, host, inWords);
    if (words === undefined) return [ok("size", `${inWords(state.bytes)}, of maxSize ${inWords(maxSize)}`)];
    return [bad("size", "warning", words.seen, `${words.advice}; ${asCalled("trim")} cuts it once`)];
}
