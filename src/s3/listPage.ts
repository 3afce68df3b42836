import { accepted } from "./answers.ts";
import type { Cache } from "./bucket.ts";
import { send } from "./request.ts";

/** One object of a page. */
export interface PageObject {
    /** Bytes. */
    readonly size: number;
    /** When it was written, or renewed last. */
    readonly modified: Date;
    /** Whether who reads it gets what was put: no coding that is undone, no key that is somebody's own. */
    readonly isPlain: boolean;
    /** A word that was kept with it, by the name that was asked for. Default: it has none. */
    readonly word?: string;
}

/** Objects by name, and the name up to which that is all. */
export interface Page {
    readonly objects: ReadonlyMap<string, PageObject>;
    /** Default: to the prefix's end. */
    readonly last?: string;
}

const OBJECT =
    /<Key>([^<]*)<\/Key><LastModified>([^<]*)<\/LastModified>(?:<ETag>[^<]*<\/ETag>)?<Size>(\d+)<\/Size>/;

/** What an object's metadata says where hosts would not get what was put. */
const NOT_PLAIN = /<content-encoding>|<[^>]*customer-algorithm>/i;

/**
 * A page of a listing with what each object's headers say, which MinIO gives
 * (its extension `metadata=true` of ListObjectsV2).
 *
 * It is read by its words, not as a tree: a parser of XML takes as long for a
 * page as the server does.
 *
 * @param from the first name that is wanted
 * @param word name of the word that is wanted of each object: `file-hash` is the header `x-amz-meta-file-hash`
 * @returns undefined from a server that does not know the extension
 * @throws ServerError as send and accepted do
 */
export async function listPage(
    cache: Cache,
    prefix: string,
    from: string,
    word: string,
): Promise<Page | undefined> {
    const wordOf = new RegExp(`<X-Amz-Meta-${word}>([^<]*)<`, "i");
    const query = {
        "list-type": "2",
        "encoding-type": "url",
        "max-keys": "1000",
        metadata: "true",
        prefix,
        // It is what comes after this name.
        "start-after": from.slice(0, -1),
    };
    const { connection } = cache;
    const request = { method: "GET", path: `/${cache.bucket}`, query, kind: "listing" } as const;
    const text = accepted(await send(connection, request), connection).body.toString("utf8");
    const [head = "", ...contents] = text.split("<Contents>");
    const objects = new Map<string, PageObject>();
    let last: string | undefined;
    for (const part of contents) {
        const [, key, modified, size] = OBJECT.exec(part) ?? [];
        if (key === undefined || modified === undefined || !part.includes("<UserMetadata>")) return undefined;
        const kept = wordOf.exec(part)?.[1];
        last = decodeURIComponent(key.replace(/\+/g, " "));
        objects.set(last, {
            size: Number(size),
            modified: new Date(modified),
            isPlain: !NOT_PLAIN.test(part),
            ...(kept === undefined ? {} : { word: kept }),
        });
    }
    const goesOn = [head, contents.at(-1)].some((part) => part?.includes("<IsTruncated>true<"));
    return goesOn && last !== undefined ? { objects, last } : { objects };
}
