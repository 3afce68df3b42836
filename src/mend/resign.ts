import { resigned } from "../cache/resigned.ts";
import { LIMITS } from "../s3/limits.ts";
import { parseSecretKeys, type SigningKeyPair } from "../cache/signingKey.ts";
import { everyNarinfo } from "../content/everyNarinfo.ts";
import { readNarinfo, type ReadNarinfo, type StoredNarinfo } from "../content/readNarinfo.ts";
import type { Cache } from "../s3/bucket.ts";
import { put } from "../s3/put.ts";
import { entered } from "../system/ledger.ts";
import { wordsFor } from "./resignedWords.ts";

/** Narinfos of a kind that are kept by name; of more, their number alone. */
const MOST_NAMED = 1000;

/** Tries against others who write the same narinfo at the same time; each try loses to one of them. */
const TRIES = 5;

/** With which keys narinfos are signed anew. */
export interface ResignKeys {
    /** Those that hosts accept: one of them must have signed. */
    readonly trustedPublicKeys: readonly string[];
    /** The secret keys that are to sign, a line for each; the one in use first. */
    readonly secretKeys: string;
    /** All secret keys that the stack ever had: by one of them a pusher may have vouched for its narinfo. */
    readonly everySecretKey: readonly string[];
}

/** What a look through a cache came to, and what was signed. */
export interface Resigned {
    /** Narinfos that were looked at. */
    seen: number;
    /** Those that had all signatures, or need none. */
    had: number;
    /** Those that were signed, or would be. */
    signed: number;
    /** Those that no key has signed that hosts accept: nobody signs them. */
    untrusted: number;
    /** Objects that no host can use as narinfos. */
    unreadable: number;
    /** Those that others wrote all the time. */
    contested: number;
    /** Store paths of the untrusted ones, and object names of the unreadable ones; the first of them. */
    readonly left: string[];
}

/**
 * Adds the signatures of keys to all narinfos of a cache that one of the keys has
 * signed that hosts accept.
 *
 * A narinfo keeps its time: written anew at the time of today, it would outlive its
 * NAR and what it refers to. It is written only where it is still what was read.
 * Each is done for itself, so a run can be killed, and another goes on.
 *
 * @param dry only counts
 * @throws ServerError when the server does not answer, or refuses
 */
export async function resign(
    cache: Cache,
    keys: ResignKeys,
    dry: boolean,
    onLook: () => void = () => undefined,
): Promise<Resigned> {
    const found = {
        seen: 0,
        had: 0,
        signed: 0,
        untrusted: 0,
        unreadable: 0,
        contested: 0,
        left: [] as string[],
    };
    const left = (name: string) => {
        if (found.left.length < MOST_NAMED) found.left.push(name);
    };
    // Once: each reading of a key takes as long as many signatures.
    const read = { ...keys, pairs: parseSecretKeys(keys.secretKeys) };
    await everyNarinfo(cache, {
        onLook,
        onUnreadable: (key) => {
            found.seen++;
            found.unreadable++;
            left(key);
        },
        work: async (narinfo) => {
            found.seen++;
            const end = await resignOne(cache, narinfo, read, dry);
            if (end === "gone") return;
            found[end]++;
            if (end === "untrusted" || end === "contested") left(narinfo.info.storePath);
        },
    });
    return found;
}

/** Signs one narinfo, and where it is another by then, that one. */
async function resignOne(
    cache: Cache,
    first: StoredNarinfo,
    { pairs, ...keys }: ResignKeys & { readonly pairs: readonly SigningKeyPair[] },
    dry: boolean,
): Promise<"had" | "signed" | "untrusted" | "contested" | "gone"> {
    let narinfo: ReadNarinfo = first;
    for (let tries = 0; tries < TRIES; tries++) {
        if (narinfo.kind !== "read") return narinfo.kind === "gone" ? "gone" : "contested";
        const after = resigned(narinfo.text, narinfo.info, keys.trustedPublicKeys, pairs);
        if (after === "signed") return "had";
        if (after === "untrusted" || Buffer.byteLength(after.text) > LIMITS.narinfo.bytes) return "untrusted";
        if (dry) return "signed";
        if (await write(cache, narinfo, after.text, keys, pairs[0]?.secretKey ?? "")) {
            entered("signed some narinfos anew");
            return "signed";
        }
        narinfo = await readNarinfo(cache, first.key);
    }
    return "contested";
}

/** @returns whether it was written; false: it is another by now */
async function write(
    cache: Cache,
    { key, info, headers }: StoredNarinfo,
    text: string,
    { everySecretKey }: ResignKeys,
    secretKey: string,
): Promise<boolean> {
    const { etag, "content-type": contentType = "text/x-nix-narinfo" } = headers;
    const modified = new Date(headers["last-modified"] ?? "");
    if (etag === undefined || Number.isNaN(modified.getTime())) return false;
    const metadata = wordsFor({ headers, info, etag, text, everySecretKey, secretKey });
    return put(cache, key, text, { contentType, metadata, ifMatch: etag, modified });
}
