import type * as https from "node:https";
import aws4 from "aws4";
import type { Answer, Connection, Opened, Request } from "./connection.ts";
import { LIMITS, secondsFor, type Limit } from "./limits.ts";
import { transmit } from "./transmit.ts";

/**
 * Sends one request, signed with AWS Signature Version 4 when the connection
 * has credentials, and reads the whole answer.
 *
 * @throws ServerError, one line, when there is no answer, or it takes too long;
 *   TooLarge when it has more bytes than its kind may have. Every HTTP status is an answer, 403 and 500 too.
 */
export async function send(to: Connection, request: Request): Promise<Answer> {
    const { status, headers, body } = await open(to, request, LIMITS[request.kind]);
    const parts: Buffer[] = [];
    for await (const part of body) parts.push(part);
    return { status, headers, body: Buffer.concat(parts) };
}

/**
 * Sends a GET for an object of any size, whose content is read piece by piece.
 *
 * @param bytes more than the object has are not read
 * @throws as {@link send}, while the content is read too
 */
export function stream(to: Connection, path: string, bytes: number): Promise<Opened> {
    const limit = { what: "this object", bytes, seconds: LIMITS.short.seconds + secondsFor(bytes) };
    return open(to, { method: "GET", path }, limit);
}

async function open(to: Connection, request: Omit<Request, "kind">, limit: Limit): Promise<Opened> {
    const url = new URL(to.url);
    const options: aws4.Request & https.RequestOptions = {
        service: "s3",
        region: to.region ?? "us-east-1",
        method: request.method,
        host: url.host,
        path: encodePath(request.path, request.query ?? {}),
        headers: {
            Host: url.host,
            ...(request.body === undefined ? {} : { "Content-Length": Buffer.byteLength(request.body) }),
            ...(request.bodyHash === undefined ? {} : { "X-Amz-Content-Sha256": request.bodyHash }),
            ...request.headers,
        },
        ...(request.body === undefined ? {} : { body: request.body }),
    };
    if (to.accessKey !== undefined && to.secretKey !== undefined) {
        aws4.sign(options, { accessKeyId: to.accessKey, secretAccessKey: to.secretKey });
    }
    return transmit(url, to, options, request, limit);
}

/** S3 signs the path as it is sent, so it is encoded once, by RFC 3986, slashes kept. */
function encodePath(path: string, query: Readonly<Record<string, string>>): string {
    const encode = (text: string) =>
        encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
    return path.split("/").map(encode).join("/") + (pairs.length === 0 ? "" : `?${pairs.join("&")}`);
}
