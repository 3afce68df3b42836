import type * as http from "node:http";
import * as https from "node:https";
import { ERROR_BYTES, inWords, secondsFor, type Limit } from "./limits.ts";
import type { Answer, Connection, Head, Opened, Request } from "./connection.ts";
import { ServerError, TooLarge } from "../cache/serverError.ts";
import { plainHttp } from "../system/plainHttp.ts";

/**
 * Sends a request that is signed already, and gives the answer as soon as its headers are there.
 *
 * It ends after the silence that the connection allows, and as a whole after
 * that, the time of its limit, and what its own content may take to send.
 *
 * @throws ServerError, one line, here or while the content is read
 */
export function transmit(
    url: URL,
    to: Connection,
    options: https.RequestOptions,
    request: Omit<Request, "kind">,
    limit: Limit,
): Promise<Opened> {
    return begin(url, to, options, request, limit, (head, answer, bounds) => ({
        ...head,
        body: bounded(answer, bounds),
    }));
}

/**
 * As {@link transmit}, for an answer that is read whole: without the turns that a stream takes
 * for each piece, which cost as much as the rest of a small request.
 */
export function transmitWhole(
    url: URL,
    to: Connection,
    options: https.RequestOptions,
    request: Omit<Request, "kind">,
    limit: Limit,
): Promise<Answer> {
    return begin(url, to, options, request, limit, async (head, answer, bounds) => ({
        ...head,
        body: await whole(answer, bounds),
    }));
}

/** What an answer may be, and the errors that say it is not. */
interface Bounds {
    /** Bytes. */
    readonly most: number;
    /** An error takes its stack when it is made, which costs more than the rest of a small answer. */
    readonly tooLarge: () => Error;
    readonly failure: (error: Error) => Error;
}

function begin<Given>(
    url: URL,
    to: Connection,
    options: https.RequestOptions,
    request: Omit<Request, "kind">,
    limit: Limit,
    take: (head: Head, answer: http.IncomingMessage, bounds: Bounds) => Given | Promise<Given>,
): Promise<Given> {
    const timeoutMs = to.timeoutMs ?? 10_000;
    const sent = request.body === undefined ? 0 : Buffer.byteLength(request.body);
    const allMs = timeoutMs + (limit.seconds + secondsFor(sent)) * 1000;
    const failure = (error: Error) =>
        error instanceof ServerError
            ? error
            : new ServerError(`${url.origin} does not answer: ${reason(error)}`, { cause: error });
    return new Promise((resolve, reject) => {
        let answered: http.IncomingMessage | undefined;
        let timer: NodeJS.Timeout | undefined;
        // Once there is an answer, its reader is to hear of it.
        const end = (error: Error) => (answered ?? call).destroy(error);
        const call = (url.protocol === "https:" ? https : plainHttp()).request(
            {
                ...options,
                host: url.hostname.replace(/^\[|\]$/g, ""),
                port: url.port === "" ? undefined : Number(url.port),
                agent: to.agent ?? false,
                ...(to.ca === undefined ? {} : { ca: to.ca }),
                ...(to.insecure === true ? { rejectUnauthorized: false } : {}),
            },
            (answer) => {
                answered = answer;
                const { statusCode: status = 0, headers } = answer;
                const most = status >= 300 ? ERROR_BYTES : limit.bytes;
                // Its reader may not be there yet when it breaks, and hears of it then.
                answer.on("error", () => undefined);
                const tooLarge = (words: string, size?: number) => {
                    const isError = status >= 300;
                    const message = `${url.origin} answers ${request.method} ${request.path} with ${words}; ${isError ? "an error" : limit.what} has at most ${inWords(most)}, so it was not read`;
                    // An error is the server's own, whatever the bucket holds.
                    return isError ? new ServerError(message) : new TooLarge(message, size);
                };
                const length = request.method === "HEAD" ? 0 : Number(headers["content-length"] ?? 0);
                if (length > most) {
                    answer.destroy();
                    reject(tooLarge(inWords(length), length));
                    return;
                }
                const bounds = { most, tooLarge: () => tooLarge(`more than ${inWords(most)}`), failure };
                resolve(take({ status, headers }, answer, bounds));
            },
        );
        // From when there is a connection: one that waits for its turn in an agent has not begun.
        call.once("socket", () => {
            timer = setTimeout(() => end(new Error(`no whole answer within ${allMs / 1000} s`)), allMs);
        });
        call.once("close", () => clearTimeout(timer));
        call.setTimeout(timeoutMs, () => end(new Error(`no answer within ${timeoutMs / 1000} s`)));
        call.on("error", (error) => reject(failure(error)));
        give(call, request.body);
    });
}

/** Bytes that are written at once: TLS has a copy of them, and one that is encrypted, until they are sent. */
const SLICE_BYTES = 256 * 1024;

/** Sends a request's body, and ends the request. */
function give(call: http.ClientRequest, body: Buffer | string | undefined): void {
    if (typeof body !== "object" || body.length <= SLICE_BYTES) {
        call.end(body);
        return;
    }
    let at = 0;
    const more = () => {
        while (at + SLICE_BYTES < body.length)
            if (!call.write(body.subarray(at, (at += SLICE_BYTES)))) {
                call.once("drain", more);
                return;
            }
        call.end(body.subarray(at));
    };
    more();
}

/** An answer's content, and an error in place of what is too much. */
async function* bounded(
    answer: http.IncomingMessage,
    { most, tooLarge, failure }: Bounds,
): AsyncGenerator<Buffer> {
    let bytes = 0;
    try {
        for await (const part of answer as AsyncIterable<Buffer>) {
            bytes += part.length;
            // Leaving the loop ends the connection.
            if (bytes > most) throw tooLarge();
            yield part;
        }
    } catch (error) {
        throw failure(error as Error);
    }
}

/** An answer's whole content. @throws as {@link bounded} */
function whole(answer: http.IncomingMessage, { most, tooLarge, failure }: Bounds): Promise<Buffer> {
    return new Promise((resolve, reject) => {
        const parts: Buffer[] = [];
        let bytes = 0;
        answer.on("data", (part: Buffer) => {
            bytes += part.length;
            if (bytes > most) {
                reject(tooLarge());
                answer.destroy();
            } else parts.push(part);
        });
        answer.on("end", () => resolve(Buffer.concat(parts)));
        answer.on("error", (error) => reject(failure(error)));
        // It ends with one of the two before; nobody is to wait for what comes no more.
        answer.on("close", () => {
            if (!answer.complete) reject(failure(new Error("it ended within its answer")));
        });
    });
}

/** Node's error codes in words that say what to look at. */
function reason(error: Error & { code?: string }): string {
    switch (error.code) {
        case "ECONNREFUSED":
            return "connection refused (is MinIO running, is the port right?)";
        case "ENOTFOUND":
        case "EAI_AGAIN":
            return "its name cannot be resolved";
        case "DEPTH_ZERO_SELF_SIGNED_CERT":
        case "SELF_SIGNED_CERT_IN_CHAIN":
        case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
        case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
        // Another CA of the same name.
        case "CERT_SIGNATURE_FAILURE":
            return "its certificate is signed by no authority known here (set minio:minioCacertFile to the CA's certificate)";
        case "CERT_HAS_EXPIRED":
            return "its certificate has expired";
        case "ERR_TLS_CERT_ALTNAME_INVALID":
            return "its certificate is for another name";
        case "EPROTO":
            return "it does not speak TLS on this port (minio:minioSsl)";
        case "ECONNRESET":
        case "HPE_INVALID_CONSTANT":
            return "it broke the connection (does minio:minioSsl fit the server?)";
        case "HPE_HEADER_OVERFLOW":
            return "its answer's headers are larger than 16 KiB";
        default:
            return error.message.split("\n")[0] ?? error.message;
    }
}
