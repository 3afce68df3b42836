import type { Pin } from "../cache/pin.ts";
import { PIN_PREFIX, pinOfRecord } from "../cache/pinName.ts";
import type { Cache } from "../s3/bucket.ts";
import { listObjects } from "../s3/objects.ts";
import { readPin, type Unreadable } from "./readPin.ts";

/**
 * All pins of a cache, ended ones among them, in the order of their names (so
 * hosts' own stand together): one at a time, whatever their number.
 *
 * @param unreadable told of what is no pin: anybody who may push could put it there, and it must keep nobody from the others
 * @throws ServerError when the server does not answer, or does not let the connection list (`anonymousListing: false`)
 */
export async function* listPins(cache: Cache, unreadable: Unreadable = () => undefined): AsyncGenerator<Pin> {
    for await (const page of listObjects(cache.connection, cache.bucket, { prefix: PIN_PREFIX }))
        for (const { key } of page) {
            const name = pinOfRecord(key);
            if (name === undefined) continue;
            const found = await readPin(cache, name, unreadable);
            if (found !== undefined) yield found.pin;
        }
}
