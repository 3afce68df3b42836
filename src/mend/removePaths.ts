import { everyNarinfo } from "../content/everyNarinfo.ts";
import { ask, type Cache } from "../s3/bucket.ts";
import { removeObject } from "../s3/remove.ts";
import { entered } from "../system/ledger.ts";
import { doomed, objectsOf, type Doomed } from "./doomed.ts";
import { removeBeside } from "./removeBeside.ts";
import { noteKey, writeNote, type Note } from "./removalNotes.ts";
import type { RemovalPlan } from "./removalPlan.ts";

/** What a removal came to. */
export interface Removed {
    /** Objects that are gone, notes left out. */
    readonly objects: number;
    /** NARs and logs that stay, since others have them too, or because they were written anew meanwhile. */
    readonly kept: readonly string[];
}

/**
 * Removes paths: narinfos first, so that no host begins with one of them, then
 * listings, then NARs and logs that nobody else has. A run that is killed is gone
 * on with by the next one (`finishRemovals`).
 *
 * @throws ServerError when the server does not answer, or refuses
 */
export async function removePaths(
    cache: Cache,
    plan: Pick<RemovalPlan, "begun" | "removals" | "shared">,
): Promise<Removed> {
    const { removals, begun } = plan;
    let objects = 0;
    for (const one of removals) await writeNote(cache, one);
    for (const { path, key, listing } of removals) {
        await removeObject(cache, key);
        entered(`removed the narinfo of ${path}`);
        await removeObject(cache, listing);
        objects += 2;
    }
    // Who was pushed while the question stood at the terminal may have the same NAR.
    const shared = new Set([...plan.shared, ...(await taken(cache, removals, begun))]);
    for (const key of objectsOf(removals)) {
        if (shared.has(key) || !(await isOlder(cache, key, begun))) {
            shared.add(key);
            continue;
        }
        await removeObject(cache, key);
        entered(`removed ${key}`);
        objects++;
    }
    objects += await removeBeside(cache, goneOf(removals, shared));
    for (const { path } of removals) await removeObject(cache, noteKey(path));
    return { objects, kept: [...objectsOf(removals)].filter((key) => shared.has(key)) };
}

/**
 * Ends removals that a run before has begun. A note alone removes nothing that is
 * in use: of a path that has a narinfo, pushed again or never removed, the note
 * goes; otherwise its NAR goes unless a narinfo names it or it was written since.
 *
 * @returns what was ended
 */
export async function finishRemovals(cache: Cache, notes: readonly Note[]): Promise<string[]> {
    const left: Note[] = [];
    for (const note of notes) {
        const { status } = await ask(cache, "HEAD", note.doomed.key, { kind: "short" }, [400]);
        if (status === 404) left.push(note);
        else await removeObject(cache, note.key);
    }
    if (left.length === 0) return [];
    const all = left.map((note) => note.doomed);
    const shared = await taken(cache, all);
    await removeBeside(cache, goneOf(all, shared));
    for (const { key, written, doomed } of left) {
        await removeObject(cache, doomed.listing);
        for (const object of objectsOf([doomed]))
            if (!shared.has(object) && (await isOlder(cache, object, written)))
                await removeObject(cache, object);
        entered(`ended the removal of ${doomed.path}`);
        await removeObject(cache, key);
    }
    return all.map(({ path }) => path);
}

/** These paths, and their NARs that nobody else has. */
function goneOf(all: readonly Doomed[], shared: ReadonlySet<string>): Set<string> {
    return new Set(
        all.flatMap(({ path, nar }) => [path, ...(nar === undefined || shared.has(nar) ? [] : [nar])]),
    );
}

/** NARs and logs of these that a narinfo names. @param since only narinfos that were written since then. Default: all */
async function taken(cache: Cache, all: readonly Doomed[], since?: Date): Promise<Set<string>> {
    const objects = objectsOf(all);
    const found = new Set<string>();
    if (objects.size === 0) return found;
    await everyNarinfo(cache, {
        ...(since === undefined ? {} : { since }),
        work: (narinfo) => {
            const { nar, log } = doomed(narinfo);
            for (const key of [nar, log]) if (key !== undefined && objects.has(key)) found.add(key);
        },
    });
    return found;
}

/** Whether an object that is to go was there before; one that is written now belongs to a push that goes on. */
async function isOlder(cache: Cache, key: string, than: Date): Promise<boolean> {
    const { status, headers } = await ask(cache, "HEAD", key, { kind: "short" }, [400]);
    const modified = Date.parse(headers["last-modified"] ?? "");
    return status === 404 || Number.isNaN(modified) || modified <= than.getTime();
}
