import type * as http from "node:http";
import type * as https from "node:https";
import type { Kind } from "./limits.ts";

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
    /** SHA-256 of the body in hexadecimal, where it is known, or `UNSIGNED-PAYLOAD`. Default: made here. */
    readonly bodyHash?: string;
    /** What its answer is to be, which limits its bytes and its time. */
    readonly kind: Kind;
}

/** A server's whole answer. */
export interface Answer extends Head {
    readonly body: Buffer;
}

/** What comes before an answer's content. */
export interface Head {
    readonly status: number;
    readonly headers: http.IncomingHttpHeaders;
}

/** An answer whose content is still to come. */
export interface Opened extends Head {
    /** Its content. Read it to its end, or leave the loop, which ends the connection. */
    readonly body: AsyncIterable<Buffer>;
}
