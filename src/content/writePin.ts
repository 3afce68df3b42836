import { formatPin, pinPointer, type Pin } from "../cache/pin.ts";
import { PIN_PREFIX, pinKeys } from "../cache/pinName.ts";
import { UserError } from "../cache/problem.ts";
import { ServerError } from "../cache/serverError.ts";
import { errorCode } from "../s3/answers.ts";
import { refusal, type Cache } from "../s3/bucket.ts";
import { send } from "../s3/request.ts";
import { readPin } from "./readPin.ts";

/** Tries against others who write the same pin at the same time; each try loses to one of them. */
const TRIES = 20;

/**
 * Changes a pin. Two who do so at the same time come one after the other, and
 * no revision is lost: the record is replaced only where it is still what the
 * change was made from (`If-Match`; Amazon S3 API, PutObject).
 *
 * The record comes before the object for people, so that nobody is led to what
 * nothing keeps alive. A run that is killed in between leaves that one at the
 * path before; the next change of the pin puts it right.
 *
 * @param change what the pin is to be, from what it is; undefined there: no such pin; undefined back: it is to stay as it is
 * @returns the pin as it was written; undefined: it was left as it is
 * @throws UserError when the server does not let the connection write this pin; ServerError when it does not answer
 */
export async function writePin(
    cache: Cache,
    name: string,
    change: (before: Pin | undefined) => Pin | undefined,
): Promise<Pin | undefined> {
    for (let tries = 0; tries < TRIES; tries++) {
        const before = await readPin(cache, name);
        const pin = change(before?.pin);
        if (pin === undefined) return undefined;
        const condition = before === undefined ? await notThere(cache, name) : { "If-Match": before.etag };
        // Another has made it meanwhile.
        if (condition === undefined) continue;
        if (await put(cache, pinKeys(name).record, formatPin(pin), "application/json", condition)) {
            await point(cache, name);
            return pin;
        }
    }
    throw new ServerError(`others change the pin ${name} all the time; try again later`);
}

/**
 * What is in the place of a pin and is none is replaced, and a new one made only
 * if there is nothing.
 *
 * @returns undefined where there is a pin now: its tag alone must not stand for what was read before it
 */
async function notThere(cache: Cache, name: string): Promise<Record<string, string> | undefined> {
    const head = await send(cache.connection, {
        method: "HEAD",
        path: `/${cache.bucket}/${pinKeys(name).record}`,
        kind: "short",
    });
    if (head.status !== 200 || head.headers.etag === undefined) return { "If-None-Match": "*" };
    return (await readPin(cache, name)) === undefined ? { "If-Match": head.headers.etag } : undefined;
}

/**
 * Writes the object for people from the record, until that is still the same
 * afterwards: of two writers the slower one would leave its own path there.
 */
async function point(cache: Cache, name: string): Promise<void> {
    let now = await readPin(cache, name);
    for (let tries = 0; now !== undefined && tries < TRIES; tries++) {
        await put(cache, pinKeys(name).pointer, pinPointer(now.pin), "text/plain; charset=utf-8", {});
        const after = await readPin(cache, name);
        if (after?.etag === now.etag) return;
        now = after;
    }
}

/** @returns false when the condition does not hold */
async function put(
    cache: Cache,
    key: string,
    body: string,
    type: string,
    condition: Readonly<Record<string, string>>,
): Promise<boolean> {
    const answer = await send(cache.connection, {
        method: "PUT",
        path: `/${cache.bucket}/${key}`,
        headers: { "Content-Type": type, "Cache-Control": "no-cache", ...condition },
        body,
        kind: "short",
    });
    if (answer.status < 300) return true;
    // 409: two conditional writes at the very same time.
    if (answer.status === 412 || answer.status === 409) return false;
    const code = errorCode(answer);
    if (code === "AccessDenied")
        throw new UserError(
            `${cache.connection.accessKey ?? "nobody"} may not write the pin ${key.slice(PIN_PREFIX.length).replace(/\.json$/, "")}: a builder writes pins that are neither the stack's own nor a host's, and a host its own alone`,
        );
    throw refusal(cache, answer.status, code, `PUT ${key}`);
}
