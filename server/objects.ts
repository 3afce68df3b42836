import { XMLParser } from "fast-xml-parser";
import { accepted } from "./answers.ts";
import { send, type Connection } from "./request.ts";

/** One object of a bucket, as a listing shows it. */
export interface ListedObject {
    readonly key: string;
    /** Bytes. */
    readonly size: number;
    /** When it was written, or renewed last. */
    readonly modified: Date;
}

interface Listing {
    ListBucketResult: {
        Contents?: { Key: string; Size: string; LastModified: string }[];
        NextContinuationToken?: string;
    };
}

/**
 * The objects of a bucket in the order of their names, a page of 1000 at a
 * time: however many there are, no more than a page is in memory.
 *
 * @param prefix what their names begin with; default: every object
 * @throws ServerError as send and accepted do
 */
export async function* listObjects(
    to: Connection,
    bucket: string,
    prefix = "",
): AsyncGenerator<ListedObject[]> {
    const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "Contents" });
    let token: string | undefined;
    do {
        const query = {
            "list-type": "2",
            // Names may hold characters that XML has no way to write.
            "encoding-type": "url",
            prefix,
            ...(token === undefined ? {} : { "continuation-token": token }),
        };
        const answer = accepted(await send(to, { method: "GET", path: `/${bucket}`, query }), to);
        const { Contents = [], NextContinuationToken } = (parser.parse(answer.body) as Listing)
            .ListBucketResult;
        token = NextContinuationToken;
        yield Contents.map(({ Key, Size, LastModified }) => ({
            key: decodeURIComponent(Key.replace(/\+/g, " ")),
            size: Number(Size),
            modified: new Date(LastModified),
        }));
    } while (token !== undefined);
}

/** Whether a bucket holds no object at all. */
export async function isEmptyBucket(to: Connection, bucket: string): Promise<boolean> {
    for await (const page of listObjects(to, bucket)) return page.length === 0;
    return true;
}
