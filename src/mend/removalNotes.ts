import { isPlainNarUrl } from "../cache/narUrl.ts";
import { isStorePath, narinfoKey } from "../cache/storePath.ts";
import { PathError } from "../cache/faults.ts";
import { TooLarge } from "../cache/serverError.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { listObjects } from "../s3/objects.ts";
import { put } from "../s3/put.ts";
import { hashOf, type Doomed } from "./doomed.ts";

/**
 * Where notes of removals are: once a narinfo is gone, nothing else says which NAR
 * was its own, so a run that is killed in between would leave what may hold a
 * secret. No expiry rule meets a name that begins with `_`.
 */
const PREFIX = "_removals/";

/** Notes of more removals are not looked at in one run: builders may write them too. */
const MOST = 1000;

/** A removal that was begun. */
export interface Note {
    /** The note's object name. */
    readonly key: string;
    /** When it was written. */
    readonly written: Date;
    readonly doomed: Doomed;
}

/** Notes what is to be removed, before anything is. */
export async function writeNote(cache: Cache, { path, nar, log }: Doomed): Promise<void> {
    const text = `${JSON.stringify({ version: 1, path, nar, log })}\n`;
    await put(cache, noteKey(path), text, { contentType: "application/json", replace: true });
}

/** Name of the note of a path's removal. */
export function noteKey(path: string): string {
    return `${PREFIX}${hashOf(path)}.json`;
}

/**
 * Removals that were begun and not ended. What is none is passed over: whoever may
 * push may write here, and is not obeyed for it (see `finishRemovals`).
 */
export async function readNotes(cache: Cache): Promise<Note[]> {
    const notes: Note[] = [];
    for await (const page of listObjects(cache.connection, cache.bucket, { prefix: PREFIX }))
        for (const { key, modified } of page) {
            if (notes.length >= MOST) return notes;
            const doomed = await readNote(cache, key);
            if (doomed !== undefined) notes.push({ key, written: modified, doomed });
        }
    return notes;
}

async function readNote(cache: Cache, key: string): Promise<Doomed | undefined> {
    try {
        const { status, body } = await ask(cache, "GET", key, { kind: "short" });
        return status === 200 ? parsed(body.toString("utf8"), key) : undefined;
    } catch (error) {
        if (error instanceof TooLarge || error instanceof PathError) return undefined;
        throw error;
    }
}

function parsed(text: string, key: string): Doomed | undefined {
    let given: { version?: unknown; path?: unknown; nar?: unknown; log?: unknown } | null;
    try {
        given = JSON.parse(text) as typeof given;
    } catch {
        return undefined;
    }
    const { version, path, nar, log } = given ?? {};
    if (version !== 1 || typeof path !== "string" || !isStorePath(path) || noteKey(path) !== key)
        return undefined;
    return {
        path,
        key: narinfoKey(path),
        listing: `${hashOf(path)}.ls`,
        ...(typeof nar === "string" && isPlainNarUrl(nar) ? { nar } : {}),
        ...(typeof log === "string" && /^log\/[0-9a-z]{32}-[^/]+$/.test(log) ? { log } : {}),
        references: [],
    };
}
