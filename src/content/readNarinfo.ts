import type { IncomingHttpHeaders } from "node:http";
import { undoCoding } from "../cache/contentCoding.ts";
import { PathError } from "../cache/faults.ts";
import { parseNarinfo, type NarInfo } from "../cache/narinfo.ts";
import { TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import type { Answer } from "../s3/connection.ts";
import { inWords, LIMITS } from "../s3/limits.ts";

/** A narinfo as it is in the cache. */
export interface StoredNarinfo {
    readonly kind: "read";
    /** The object's name. */
    readonly key: string;
    /** As hosts read it: what its Content-Encoding says is undone. */
    readonly text: string;
    readonly info: NarInfo;
    /** The object's own headers. */
    readonly headers: IncomingHttpHeaders;
}

/** Why there is none that hosts can read. */
type Unread = { readonly kind: "broken"; readonly why: string } | { readonly kind: "gone" };

/** What is in a narinfo's place: one that hosts can read, why they cannot, or nothing. */
export type ReadNarinfo = StoredNarinfo | Unread;

/** The same, for who wants to know what it says alone. */
export type ToldNarinfo = Pick<StoredNarinfo, "kind" | "info"> | Unread;

/**
 * Reads one narinfo.
 *
 * @param key the object's name
 * @returns `broken` for what no host can use: it is none, far too large, encrypted
 *   with somebody's own key, or the narinfo of a path of another hash
 * @throws ServerError when the server does not answer, or refuses who asks
 */
export async function readNarinfo(cache: Cache, key: string): Promise<ReadNarinfo> {
    let answer: Answer;
    try {
        answer = await ask(cache, "GET", key, { kind: "narinfo" });
    } catch (error) {
        if (error instanceof TooLarge)
            return broken(`it is larger than ${inWords(LIMITS.narinfo.bytes)}, which no narinfo is`);
        if (error instanceof PathError) return broken(error.message);
        throw error;
    }
    const { status, headers, body } = answer;
    if (status === 404) return { kind: "gone" };
    try {
        const text = undoCoding(body, headers["content-encoding"], LIMITS.narinfo.bytes).toString("utf8");
        const info = parseNarinfo(text);
        if (!info.storePath.startsWith(`/nix/store/${key.slice(0, 32)}-`))
            return broken(`it is the narinfo of another path: ${info.storePath}`);
        return { kind: "read", key, text, info, headers };
    } catch (error) {
        return broken((error as Error).message);
    }
}

function broken(why: string): ReadNarinfo {
    return { kind: "broken", why };
}
