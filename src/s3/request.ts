import type { Answer, Connection, Opened, Request } from "./connection.ts";
import { LIMITS, secondsFor, type Limit } from "./limits.ts";
import { sha256Hex, signed } from "./sign.ts";
import { transmit, transmitWhole } from "./transmit.ts";

/**
 * Sends one request, signed with AWS Signature Version 4 when the connection
 * has credentials, and reads the whole answer.
 *
 * @throws ServerError, one line, when there is no answer, or it takes too long;
 *   TooLarge when it has more bytes than its kind may have. Every HTTP status is an answer, 403 and 500 too.
 */
export function send(to: Connection, request: Request): Promise<Answer> {
    return transmitWhole(...prepared(to, request, LIMITS[request.kind]));
}

/**
 * Sends a GET for an object of any size, whose content is read piece by piece.
 *
 * @param bytes more than the object has are not read
 * @throws as {@link send}, while the content is read too
 */
export function stream(to: Connection, path: string, bytes: number): Promise<Opened> {
    const limit = { what: "this object", bytes, seconds: LIMITS.short.seconds + secondsFor(bytes) };
    return transmit(...prepared(to, { method: "GET", path }, limit));
}

function prepared(to: Connection, request: Omit<Request, "kind">, limit: Limit): Parameters<typeof transmit> {
    const url = new URL(to.url);
    const { method, body, bodyHash = sha256Hex(body ?? "") } = request;
    const target = encodePath(request.path, request.query ?? {});
    const headers = signed(to, { method, target, headers: { Host: url.host, ...request.headers }, bodyHash });
    if (body !== undefined) headers["Content-Length"] = String(Buffer.byteLength(body));
    return [url, to, { method, path: target, headers }, request, limit];
}

/** S3 signs the path as it is sent, so it is encoded once, by RFC 3986, slashes kept. */
function encodePath(path: string, query: Readonly<Record<string, string>>): string {
    const encode = (text: string) =>
        encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
    return path.split("/").map(encode).join("/") + (pairs.length === 0 ? "" : `?${pairs.join("&")}`);
}
