import type { IncomingHttpHeaders } from "node:http";
import { undoCoding } from "../cache/contentCoding.ts";
import { PathError } from "../cache/faults.ts";
import { parseNarinfo, type NarInfo } from "../cache/narinfo.ts";
import { TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import type { Answer } from "../s3/connection.ts";
import { LIMITS } from "../s3/limits.ts";

/** A narinfo as it is in the cache. */
export interface StoredNarinfo {
    /** The object's name. */
    readonly key: string;
    /** As hosts read it: what its Content-Encoding says is undone. */
    readonly text: string;
    readonly info: NarInfo;
    /** The object's own headers. */
    readonly headers: IncomingHttpHeaders;
}

/** Whether an object's name is that of a narinfo. */
export function isNarinfoKey(key: string): boolean {
    return /^[0-9a-z]{32}\.narinfo$/.test(key);
}

/**
 * Reads one narinfo.
 *
 * @param key the object's name
 * @returns `gone` where there is none; `unreadable` for what no host can use: it is
 *   none, far too large, encrypted with somebody's own key, or the narinfo of a path of another hash
 * @throws ServerError when the server does not answer, or refuses
 */
export async function storedNarinfo(
    cache: Cache,
    key: string,
): Promise<StoredNarinfo | "gone" | "unreadable"> {
    let answer: Answer;
    try {
        answer = await ask(cache, "GET", key, { kind: "narinfo" });
    } catch (error) {
        if (error instanceof TooLarge || error instanceof PathError) return "unreadable";
        throw error;
    }
    const { status, headers, body } = answer;
    if (status === 404) return "gone";
    try {
        const text = undoCoding(body, headers["content-encoding"], LIMITS.narinfo.bytes).toString("utf8");
        const info = parseNarinfo(text);
        if (!info.storePath.startsWith(`/nix/store/${key.slice(0, 32)}-`)) return "unreadable";
        return { key, text, info, headers };
    } catch {
        return "unreadable";
    }
}
