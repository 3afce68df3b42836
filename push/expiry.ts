import type { Answer } from "../server/request.ts";

/**
 * The moment from which the server hides an object, in milliseconds since 1970;
 * Infinity: it never does. From the header `x-amz-expiration` (Amazon S3 API, HeadObject).
 */
export function expiry({ headers }: Pick<Answer, "headers">): number {
    const date = /expiry-date="([^"]+)"/.exec(String(headers["x-amz-expiration"] ?? ""))?.[1];
    const time = date === undefined ? Number.NaN : Date.parse(date);
    return Number.isNaN(time) ? Infinity : time;
}
