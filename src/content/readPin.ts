import { parsePin, type Pin } from "../cache/pin.ts";
import { PathError } from "../cache/faults.ts";
import { pinKeys } from "../cache/pinName.ts";
import { TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";

/** A pin as it is in the cache. */
export interface StoredPin {
    readonly pin: Pin;
    /** Its ETag, with which it can be replaced only if nobody else did meanwhile. */
    readonly etag: string;
}

/** What to do about an object that is in the place of a pin and is none. Default: it is passed over. */
export type Unreadable = (name: string, why: string) => void;

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
