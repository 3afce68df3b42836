/** One object of a bucket, as a listing shows it. */
export interface ListedObject {
    readonly key: string;
    /** Bytes. */
    readonly size: number;
    /** When it was written, or renewed last. */
    readonly modified: Date;
    /** {@link isPlain}; default: the listing says nothing of it. */
    readonly isPlain?: boolean;
}

/** What begins what an object's headers say, which MinIO gives where it is asked for (its extension `metadata=true`). */
export const METADATA = "<UserMetadata>";

/** What an object's metadata says where hosts would not get what was put. */
const NOT_PLAIN = /<content-encoding>|customer-algorithm>/i;

/**
 * Whether who reads an object gets what was put: no coding that is undone, no key
 * that is somebody's own.
 *
 * @param xml its part of a listing, with its metadata
 */
export function isPlain(xml: string): boolean {
    return !NOT_PLAIN.test(xml);
}

/** A page of a listing. */
interface Listing {
    readonly objects: ListedObject[];
    /** What the next page is asked for with; undefined: this is the last. */
    readonly next: string | undefined;
}

/**
 * Reads a page of a listing (Amazon S3 API, ListObjectsV2, with
 * `encoding-type=url`): by its few elements and not by a library, which the
 * package for builders would have to bring along. In time that grows with the
 * text alone, whatever it is.
 *
 * @throws Error when it is none
 */
export function parseListing(xml: string): Listing {
    const [, ...parts] = xml.split("<Contents>");
    if (!/<ListBucketResult[\s>]/.test(xml.slice(0, 1000))) throw new Error("no ListBucketResult");
    const objects = parts.map((part) => {
        const end = part.indexOf("</Contents>");
        const own = part.slice(0, end < 0 ? 0 : end);
        const modified = new Date(needed(own, "LastModified"));
        const size = Number(needed(own, "Size"));
        if (Number.isNaN(modified.getTime()) || !Number.isSafeInteger(size)) throw new Error("no object");
        const key = decodeURIComponent(needed(own, "Key").replaceAll("+", " "));
        return { key, size, modified, ...(own.includes(METADATA) ? { isPlain: isPlain(own) } : {}) };
    });
    // Among what stands before and behind the objects, in either order.
    const rest = (xml.split("<Contents>", 1)[0] ?? "") + xml.slice(xml.lastIndexOf("</Contents>"));
    return { objects, next: element(rest, "NextContinuationToken") };
}

function needed(xml: string, name: string): string {
    const text = element(xml, name);
    if (text === undefined || text === "") throw new Error(`no ${name}`);
    return text;
}

/** An element's text; undefined where there is none, or it is empty. */
function element(xml: string, name: string): string | undefined {
    const from = xml.indexOf(`<${name}>`);
    if (from < 0) return undefined;
    const begin = from + name.length + 2;
    const end = xml.indexOf(`</${name}>`, begin);
    return end <= begin ? undefined : unescaped(xml.slice(begin, end));
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** XML 1.0, sections 4.1 and 4.6. */
function unescaped(text: string): string {
    return text.replaceAll(
        /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));/g,
        (whole, decimal, hex, name) => {
            if (typeof name === "string") return ENTITIES[name] ?? whole;
            return String.fromCodePoint(
                typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hex), 16),
            );
        },
    );
}
