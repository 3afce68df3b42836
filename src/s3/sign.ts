import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";
import type { Connection } from "./connection.ts";

/** A request as it is sent: what its signature covers. */
export interface Signable {
    readonly method: string;
    /** Path and query, encoded by RFC 3986, each once. */
    readonly target: string;
    /** With the header `Host`. */
    readonly headers: Readonly<Record<string, string>>;
    /** SHA-256 of the body in hexadecimal, or `UNSIGNED-PAYLOAD`. */
    readonly bodyHash: string;
}

/** SHA-256 in hexadecimal. */
export function sha256Hex(content: Buffer | string): string {
    return hash("sha256", content);
}

/**
 * The headers of a request, with those that sign it for S3.
 *
 * Source: Amazon S3 API, "Authenticating Requests: Using the Authorization Header
 * (AWS Signature Version 4)".
 *
 * @param now the time that is signed; S3 takes 15 minutes around its own
 */
export function signed(
    { accessKey, secretKey, region = "us-east-1" }: Connection,
    { method, target, headers, bodyHash }: Signable,
    now = new Date(),
): Record<string, string> {
    if (accessKey === undefined || secretKey === undefined) return { ...headers };
    const time = now.toISOString().replace(/[:-]|\.\d+/g, "");
    const day = time.slice(0, 8);
    const all: Record<string, string> = { ...headers, "X-Amz-Content-Sha256": bodyHash, "X-Amz-Date": time };
    const lines = Object.entries(all)
        .map(([name, value]): [string, string] => [name.toLowerCase(), value.trim().replace(/\s+/g, " ")])
        .sort(([a], [b]) => (a < b ? -1 : 1));
    const names = lines.map(([name]) => name).join(";");
    const [path = "", query = ""] = target.split("?");
    const canonical = [
        method,
        path,
        inOrder(query),
        ...lines.map(([name, value]) => `${name}:${value}`),
        "",
        names,
        bodyHash,
    ].join("\n");
    const scope = `${day}/${region}/s3/aws4_request`;
    const signature = createHmac("sha256", keyOf(secretKey, day, region))
        .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256Hex(canonical)}`)
        .digest("hex");
    all.Authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    return all;
}

/** The parameters of a query by their names. */
function inOrder(query: string): string {
    const byName = (pair: string) => pair.replace("=", "\0");
    return query
        .split("&")
        .sort((a, b) => (byName(a) < byName(b) ? -1 : 1))
        .join("&");
}

/** The key that was made last: one is good for a day, and making it costs as much as four signatures. */
let last: { readonly of: string; readonly key: KeyObject } | undefined;

function keyOf(secretKey: string, day: string, region: string): KeyObject {
    const of = [day, region, secretKey].join("\n");
    if (last?.of === of) return last.key;
    const words = [day, region, "s3", "aws4_request"];
    const bytes = words.reduce(
        (key: Buffer, word) => createHmac("sha256", key).update(word).digest(),
        Buffer.from(`AWS4${secretKey}`),
    );
    // As an object: Node makes one of it for each use otherwise, which takes longer than the signature.
    const key = createSecretKey(bytes);
    last = { of, key };
    return key;
}
