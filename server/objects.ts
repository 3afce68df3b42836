import { send, type Connection } from "./request.ts";
import { accepted, errorCode } from "./snapshot.ts";

/**
 * Whether a bucket holds no object at all.
 *
 * @throws UnreachableError, UserError as in readSnapshot
 */
export async function isEmptyBucket(to: Connection, bucket: string): Promise<boolean> {
    const query = { "list-type": "2", "max-keys": "1" };
    const answer = accepted(await send(to, { method: "GET", path: `/${bucket}`, query }), to);
    return !answer.body.toString("utf8").includes("<Contents>");
}

/** Whether a bucket holds an object of this name. */
export async function hasObject(to: Connection, bucket: string, name: string): Promise<boolean> {
    const answer = await send(to, { method: "HEAD", path: `/${bucket}/${name}` });
    if (answer.status === 404 && errorCode(answer) !== "NoSuchBucket") return false;
    accepted(answer, to);
    return true;
}
