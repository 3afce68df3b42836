import { Agent as HttpsAgent } from "node:https";
import { createSecureContext } from "node:tls";
import { UserError } from "../cache/problem.ts";
import { errorCode } from "./answers.ts";
import type { Answer, Connection, Request } from "./connection.ts";
import { send } from "./request.ts";
import { ServerError } from "../cache/serverError.ts";
import { PathError } from "../cache/faults.ts";
import { plainHttp } from "../system/plainHttp.ts";

/** The bucket, as the builder sees it. */
export interface Cache {
    readonly connection: Connection;
    readonly bucket: string;
}

/** Connections are used again within the work, and closed after it: one that lay idle for long may be dead. */
export async function withConnections<T>(cache: Cache, work: (cache: Cache) => Promise<T>): Promise<T> {
    const options = { keepAlive: true, maxSockets: 32 };
    const { ca, ...connection } = cache.connection;
    const agent = connection.url.startsWith("https:")
        ? // Read once: given with each request, certificates cost more than the request.
          new HttpsAgent({ ...options, secureContext: createSecureContext({ ca }) })
        : new (plainHttp().Agent)(options);
    try {
        return await work({ ...cache, connection: { ...connection, agent } });
    } finally {
        agent.destroy();
    }
}

/** Error codes of S3 and MinIO that are no fault of one object, though their status says so. */
const SERVER_CODES = ["NoSuchBucket", "XMinioAdminBucketQuotaExceeded", "RequestTimeout"];

/**
 * Sends a request to the bucket as the builder.
 *
 * @param key the object's name
 * @param also statuses that are an answer too, 412 for one
 * @returns an answer that carried it out, or 404 for an object that is not there
 * @throws ServerError when the server is away, not able to, or refuses the
 *   builder; PathError when it refuses this object
 */
export async function ask(
    cache: Cache,
    method: Request["method"],
    key: string,
    rest: Omit<Request, "method" | "path">,
    also: readonly number[] = [],
): Promise<Answer> {
    const answer = await send(cache.connection, { method, path: `/${cache.bucket}/${key}`, ...rest });
    if (answer.status < 300 || also.includes(answer.status)) return answer;
    const code = errorCode(answer);
    if (answer.status === 404 && !SERVER_CODES.includes(code)) return answer;
    throw refusal(cache, answer.status, code, `${method} ${key}`);
}

/** As {@link ask}, for what must be carried out. */
export async function mustAsk(...args: Parameters<typeof ask>): Promise<Answer> {
    const answer = await ask(...args);
    if (answer.status < 300) return answer;
    const [, method, key] = args;
    throw gone(key, method, answer.status);
}

/** What is said where an object that was there is there no more. */
export function gone(key: string, method: Request["method"], status: number): PathError {
    return new PathError(`${key} was there and is gone (${method} answered ${status})`);
}

/** What an answer says that carried nothing out: a ServerError, or a PathError where it is this object alone. */
export function refusal(cache: Cache, status: number, code: string, what: string): UserError {
    const origin = new URL(cache.connection.url).origin;
    const who = cache.connection.accessKey ?? "nobody";
    switch (code) {
        case "InvalidAccessKeyId":
            return new ServerError(`${origin} knows no builder ${who} (credentials file)`);
        case "SignatureDoesNotMatch":
            return new ServerError(`${origin} refuses the secret of the builder ${who} (credentials file)`);
        case "NoSuchBucket":
            return new ServerError(`${origin} has no bucket ${cache.bucket}`);
    }
    const words = `${origin} answers ${status}${code === "" ? "" : ` ${code}`} to ${what} by ${who}`;
    const transient = status >= 500 || [401, 403, 408, 429].includes(status) || SERVER_CODES.includes(code);
    return transient ? new ServerError(words) : new PathError(words);
}
