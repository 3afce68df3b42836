import { accepted } from "./answers.ts";
import type { Cache } from "./bucket.ts";
import { isPlain, METADATA } from "./listing.ts";
import { noListing } from "./noListing.ts";
import { send } from "./request.ts";
import { ServerError } from "../cache/serverError.ts";

/** One object of a page. */
export interface PageObject {
    /** Bytes. */
    readonly size: number;
    /** When it was written, or renewed last. */
    readonly modified: Date;
    /** Without quotes; of an object that was put in one piece, its MD5. */
    readonly etag: string;
    /** {@link isPlain} */
    readonly isPlain: boolean;
    /** The words that were put with it, by name: `file-hash` is the header `x-amz-meta-file-hash`. */
    readonly words: ReadonlyMap<string, string>;
}

/** Objects by name, and the name up to which that is all. */
export interface Page {
    readonly objects: ReadonlyMap<string, PageObject>;
    /** Default: to the end. */
    readonly last?: string;
}

const OBJECT =
    /^<Key>([^<]*)<\/Key><LastModified>([^<]*)<\/LastModified>(?:<ETag>([^<]*)<\/ETag>)?<Size>(\d+)<\/Size>/;

const WORD = /<x-amz-meta-([^>]+)>([^<]*)</gi;

/**
 * A page of a listing with what each object's headers say, which MinIO gives
 * (its extension `metadata=true` of ListObjectsV2). What is in folders below the
 * prefix is passed over.
 *
 * It is read by its words, not as a tree: a parser of XML takes as long for a
 * page as the server does.
 *
 * @param from the first name that is wanted
 * @returns undefined from a server that does not know the extension
 * @throws ServerError as send and accepted do, and when it is no listing: a proxy's page, for one
 */
export async function listPage(cache: Cache, prefix: string, from: string): Promise<Page | undefined> {
    const query = {
        "list-type": "2",
        "encoding-type": "url",
        "max-keys": "1000",
        metadata: "true",
        delimiter: "/",
        prefix,
        // It is what comes after this name.
        "start-after": from.slice(0, -1),
    };
    const { connection } = cache;
    const request = { method: "GET", path: `/${cache.bucket}`, query, kind: "listing" } as const;
    const text = accepted(await send(connection, request), connection).body.toString("latin1");
    if (!text.includes("<ListBucketResult")) throw new ServerError(noListing(connection));
    const [head = "", ...contents] = text.split("<Contents>");
    const objects = new Map<string, PageObject>();
    let last: string | undefined;
    for (const part of contents) {
        const [, key, modified, etag = "", size] = OBJECT.exec(part) ?? [];
        if (key === undefined || modified === undefined || !part.includes(METADATA)) return undefined;
        last = decodeURIComponent(key.replaceAll("+", " "));
        const words = new Map<string, string>();
        for (const [, name = "", word = ""] of part.matchAll(WORD)) words.set(name.toLowerCase(), word);
        objects.set(last, {
            size: Number(size),
            modified: new Date(modified),
            etag: etag.replaceAll(/&#34;|&quot;|"/g, ""),
            isPlain: isPlain(part),
            words,
        });
    }
    const goesOn = [head, contents.at(-1)].some((part) => part?.includes("<IsTruncated>true<"));
    if (!goesOn) return { objects };
    // Nothing but folders: where it goes on is not said by any name here.
    return last === undefined ? undefined : { objects, last };
}
