import { parsePin, type Pin } from "../cache/pin.ts";
import { PIN_PREFIX, pinKeys, pinOfRecord } from "../cache/pinName.ts";
import { PathError } from "../cache/faults.ts";
import { TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { listObjects } from "../s3/objects.ts";

/** A pin as it is in the cache. */
export interface StoredPin {
    readonly pin: Pin;
    /** Its ETag, with which it can be replaced only if nobody else did meanwhile. */
    readonly etag: string;
}

/** What to do about an object that is in the place of a pin and is none. Default: it is passed over. */
export type Unreadable = (name: string, why: string) => void;

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

/**
 * One pin; undefined where there is none, or what is there is none.
 *
 * @throws ServerError when the server does not answer, or refuses
 */
export async function readPin(
    cache: Cache,
    name: string,
    unreadable: Unreadable = () => undefined,
): Promise<StoredPin | undefined> {
    const text = await recordOf(cache, name, unreadable);
    if (text === undefined) return undefined;
    try {
        return { pin: parsePin(text.content, name), etag: text.etag };
    } catch (error) {
        unreadable(name, (error as Error).message);
        return undefined;
    }
}

async function recordOf(
    cache: Cache,
    name: string,
    unreadable: Unreadable,
): Promise<{ readonly content: string; readonly etag: string } | undefined> {
    try {
        const answer = await ask(cache, "GET", pinKeys(name).record, { kind: "pin" });
        if (answer.status === 404) return undefined;
        return { content: answer.body.toString("utf8"), etag: answer.headers.etag ?? "" };
    } catch (error) {
        // A PathError: encrypted with somebody's own key, for one.
        if (!(error instanceof TooLarge || error instanceof PathError)) throw error;
        unreadable(name, error.message);
        return undefined;
    }
}
