import * as http from "node:http";
import * as https from "node:https";
import aws4 from "aws4";
import { ServerError } from "./serverError.ts";

/** Where a MinIO server is and who asks. */
export interface Connection {
    /** The server's URL without a path, for example `https://s3.homelab.local`. */
    readonly url: string;
    /** Access key. Default: the request is anonymous (not signed). */
    readonly accessKey?: string;
    /** Secret key that belongs to {@link accessKey}. */
    readonly secretKey?: string;
    /** PEM of the certificate authorities that the server's certificate is checked against. Default: Node's own. */
    readonly ca?: string;
    /** The server's region. Default: `us-east-1`, as MinIO's. */
    readonly region?: string;
    /** Milliseconds without an answer after which a request fails. Default: 10 000. */
    readonly timeoutMs?: number;
    /** Takes any certificate, as `minio:minioInsecure` does. Default: false. */
    readonly insecure?: boolean;
    /** Keeps connections open between requests. Default: one connection for each request. */
    readonly agent?: https.Agent | http.Agent;
}

/** One request to a server. */
export interface Request {
    readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
    /** Path with each segment in clear, for example `/nix-cache/nar/a b.nar`; encoded here. */
    readonly path: string;
    /** Query parameters in clear; encoded here. */
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Buffer | string;
}

/** A server's whole answer. */
export interface Answer {
    readonly status: number;
    readonly headers: http.IncomingHttpHeaders;
    readonly body: Buffer;
}

/**
 * Sends one request, signed with AWS Signature Version 4 when the connection
 * has credentials, and reads the whole answer.
 *
 * @throws ServerError, one line, when there is no answer. Every HTTP status is an answer, 403 and 500 too.
 */
export async function send(to: Connection, request: Request): Promise<Answer> {
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
            ...request.headers,
        },
        ...(request.body === undefined ? {} : { body: request.body }),
    };
    if (to.accessKey !== undefined && to.secretKey !== undefined) {
        aws4.sign(options, { accessKeyId: to.accessKey, secretAccessKey: to.secretKey });
    }
    return transmit(url, to, options, request.body);
}

function transmit(
    url: URL,
    to: Connection,
    options: https.RequestOptions,
    body: Buffer | string | undefined,
): Promise<Answer> {
    const timeoutMs = to.timeoutMs ?? 10_000;
    return new Promise((resolve, reject) => {
        const fail = (error: Error) =>
            reject(new ServerError(`${url.origin} does not answer: ${reason(error)}`, { cause: error }));
        const call = (url.protocol === "https:" ? https : http).request(
            {
                ...options,
                host: url.hostname.replace(/^\[|\]$/g, ""),
                port: url.port === "" ? undefined : Number(url.port),
                agent: to.agent ?? false,
                ...(to.ca === undefined ? {} : { ca: to.ca }),
                ...(to.insecure === true ? { rejectUnauthorized: false } : {}),
            },
            (answer) => {
                const parts: Buffer[] = [];
                answer.on("data", (part: Buffer) => parts.push(part));
                answer.on("error", fail);
                answer.on("end", () =>
                    resolve({
                        status: answer.statusCode ?? 0,
                        headers: answer.headers,
                        body: Buffer.concat(parts),
                    }),
                );
            },
        );
        call.setTimeout(timeoutMs, () => call.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
        call.on("error", fail);
        call.end(body);
    });
}

/** S3 signs the path as it is sent, so it is encoded once, by RFC 3986, slashes kept. */
function encodePath(path: string, query: Readonly<Record<string, string>>): string {
    const encode = (text: string) =>
        encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
    return path.split("/").map(encode).join("/") + (pairs.length === 0 ? "" : `?${pairs.join("&")}`);
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
        default:
            return error.message.split("\n")[0] ?? error.message;
    }
}
