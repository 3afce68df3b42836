import { CACHE_INFO_NAME } from "../cache/managedObjects.ts";
import { ask, type Cache } from "./bucket.ts";

/**
 * The time by the server's clock, which the times of objects are by; in whole seconds.
 *
 * @throws ServerError when the server does not answer, or refuses
 */
export async function serverTime(cache: Cache): Promise<Date> {
    const { headers } = await ask(cache, "HEAD", CACHE_INFO_NAME, { kind: "short" }, [400]);
    const time = new Date(headers.date ?? "");
    return Number.isNaN(time.getTime()) ? new Date() : time;
}
