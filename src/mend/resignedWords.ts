import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { NarInfo } from "../cache/narinfo.ts";
import { VOUCH_WORDS, vouch } from "../cache/vouch.ts";

/** What begins the names of an object's words in headers. */
const META = "x-amz-meta-";

/** A narinfo that gets another text. */
interface Rewritten {
    /** The object's headers as they are. */
    readonly headers: IncomingHttpHeaders;
    readonly info: NarInfo;
    /** The object's ETag as it is. */
    readonly etag: string;
    /** The new text. */
    readonly text: string;
    /** Keys by one of which a pusher may have vouched. */
    readonly everySecretKey: readonly string[];
    /** The key that vouches now. */
    readonly secretKey: string;
}

/**
 * The words that a narinfo's object keeps when it gets another text. What its pusher
 * vouched for is vouched for anew, with the key in use; where nobody did, or not for
 * what is there, nobody does.
 */
export function wordsFor(one: Rewritten): Record<string, string> {
    const given = Object.entries(one.headers).flatMap(([name, value]): [string, string][] =>
        name.startsWith(META) && typeof value === "string" ? [[name.slice(META.length), value]] : [],
    );
    const known: readonly string[] = Object.values(VOUCH_WORDS);
    const others = given.filter(([name]) => !known.includes(name));
    return Object.fromEntries([...others, ...Object.entries(vouchWords(new Map(given), one))]);
}

function vouchWords(
    given: ReadonlyMap<string, string>,
    { info, etag, text, everySecretKey, secretKey }: Rewritten,
): Record<string, string> {
    const { url, compression, fileHash, fileSize } = info;
    if (fileHash === undefined || fileSize === undefined) return {};
    const vouched = { ...info, url, compression, fileHash, fileSize };
    const before = etag.replaceAll('"', "");
    const word = given.get(VOUCH_WORDS.vouch);
    if (word === undefined || !everySecretKey.some((key) => vouch(key, vouched, before) === word)) return {};
    const after = createHash("md5").update(text).digest("hex");
    return {
        [VOUCH_WORDS.url]: url,
        [VOUCH_WORDS.compression]: compression,
        [VOUCH_WORDS.fileHash]: fileHash,
        [VOUCH_WORDS.fileSize]: String(fileSize),
        [VOUCH_WORDS.vouch]: vouch(secretKey, vouched, after),
    };
}
