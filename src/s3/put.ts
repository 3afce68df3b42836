import { mustAsk, ask, type Cache } from "./bucket.ts";
import { crcHeader } from "./checksum.ts";

/** How an object is written. */
export interface PutOptions {
    readonly contentType: string;
    /** How the content is packed, for who asks by HTTP (RFC 9110, "Content-Encoding"). Default: not at all. */
    readonly contentEncoding?: string;
    /** Further words that the object keeps, by name: `file-hash` is the header `x-amz-meta-file-hash`. Default: none. */
    readonly metadata?: Readonly<Record<string, string>>;
    /** Whether one that is there is replaced. Default: it is left as it is. */
    readonly replace?: boolean;
    /** ETag of the one that is replaced; where it is another by now, or gone, nothing is written. Default: none. */
    readonly ifMatch?: string;
    /**
     * When it counts as written, which its age follows; in whole seconds. MinIO takes it
     * from an administrator (`x-minio-source-mtime`). Default: now.
     */
    readonly modified?: Date;
    /** SHA-256 of the content in hexadecimal, where it is known, or what stands for it. Default: made here. */
    readonly bodyHash?: string;
}

/** Headers that say what an object's content is. */
export function contentHeaders({
    contentType,
    contentEncoding,
}: Pick<PutOptions, "contentType" | "contentEncoding">): Record<string, string> {
    return {
        "Content-Type": contentType,
        ...(contentEncoding === undefined ? {} : { "Content-Encoding": contentEncoding }),
    };
}

/** The condition that leaves what is there. MinIO looks under the object's lock, so of two writers one wins. */
export function condition({
    replace = false,
    ifMatch,
}: Pick<PutOptions, "replace" | "ifMatch">): Record<string, string> {
    if (ifMatch !== undefined) return { "If-Match": ifMatch };
    return replace ? {} : { "If-None-Match": "*" };
}

export function metadataHeaders(metadata: Readonly<Record<string, string>> = {}): Record<string, string> {
    return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]));
}

/**
 * Writes an object in one request, with a checksum that the server verifies and
 * keeps, so that renewing it costs metadata alone ever after.
 *
 * @returns whether it was written; false: there is one already, or not the one that was to be replaced
 * @throws ServerError or PathError, as `ask` does
 */
export async function put(
    cache: Cache,
    key: string,
    body: Buffer | string,
    options: PutOptions,
): Promise<boolean> {
    const request = {
        kind: "short",
        headers: {
            ...contentHeaders(options),
            ...condition(options),
            ...metadataHeaders(options.metadata),
            ...crcHeader(body),
            ...(options.modified === undefined
                ? {}
                : { "x-minio-source-mtime": options.modified.toISOString() }),
        },
        body,
        ...(options.bodyHash === undefined ? {} : { bodyHash: options.bodyHash }),
    } as const;
    if (options.replace === true && options.ifMatch === undefined) await mustAsk(cache, "PUT", key, request);
    else return isWritten((await ask(cache, "PUT", key, request, OCCUPIED)).status);
    return true;
}

/**
 * Answers where an object is there already. 409 is Amazon's for two conditional
 * writes at the same time, of which the other one wins.
 */
export const OCCUPIED: readonly number[] = [409, 412];

/** Whether an answer to a conditional write says that it was done. */
export function isWritten(status: number): boolean {
    return status < 300;
}
