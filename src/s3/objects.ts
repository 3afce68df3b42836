import { accepted } from "./answers.ts";
import type { Answer, Connection } from "./connection.ts";
import { parseListing, type ListedObject } from "./listing.ts";
import { noListing } from "./noListing.ts";
import { send } from "./request.ts";
import { ServerError } from "../cache/serverError.ts";

/** Which objects to list. Default: all. */
export interface ListingOptions {
    /** What their names begin with. */
    readonly prefix?: string;
    /** A name that they all come after. */
    readonly after?: string;
    /** Objects in a page, at most (and by default) 1000. */
    readonly pageSize?: number;
    /** Whether MinIO says of each whether it is plain; other servers pass over it. Default: false. */
    readonly metadata?: boolean;
}

/**
 * The objects of a bucket in the order of their names, a page at a time:
 * however many there are, no more than a page is in memory.
 *
 * @throws ServerError as send and accepted do
 */
export async function* listObjects(
    to: Connection,
    bucket: string,
    { prefix = "", after = "", pageSize = 1000, metadata = false }: ListingOptions = {},
): AsyncGenerator<ListedObject[]> {
    let token: string | undefined;
    do {
        const query = {
            "list-type": "2",
            // Names may hold characters that XML has no way to write.
            "encoding-type": "url",
            "max-keys": String(pageSize),
            prefix,
            ...(metadata ? { metadata: "true" } : {}),
            ...(after === "" ? {} : { "start-after": after }),
            ...(token === undefined ? {} : { "continuation-token": token }),
        };
        const request = { method: "GET", path: `/${bucket}`, query, kind: "listing" } as const;
        const page = readPage(accepted(await send(to, request), to), to);
        // It would never end.
        if (page.next !== undefined && page.next === token)
            throw new ServerError(
                `${new URL(to.url).origin} lists the same page of ${bucket} again and again`,
            );
        token = page.next;
        yield page.objects;
    } while (token !== undefined);
}

/** @throws ServerError when it is no listing: a proxy's page, for one */
function readPage({ body }: Answer, to: Connection): { objects: ListedObject[]; next?: string } {
    try {
        const { objects, next } = parseListing(body.toString("utf8"));
        return { objects, ...(next === undefined ? {} : { next }) };
    } catch (error) {
        throw new ServerError(noListing(to), { cause: error });
    }
}

/** Whether a bucket holds no object at all. */
export async function isEmptyBucket(to: Connection, bucket: string): Promise<boolean> {
    for await (const page of listObjects(to, bucket, { pageSize: 1 })) return page.length === 0;
    return true;
}

/** Whether a bucket holds an object of another name than these; false where there is no such bucket. */
export async function holdsMoreThan(
    to: Connection,
    bucket: string,
    names: readonly string[],
): Promise<boolean> {
    if ((await send(to, { method: "HEAD", path: `/${bucket}`, kind: "short" })).status === 404) return false;
    for await (const page of listObjects(to, bucket, { pageSize: names.length + 1 }))
        if (page.some(({ key }) => !names.includes(key))) return true;
    return false;
}
