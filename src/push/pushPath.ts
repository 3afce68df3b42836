import { mkdirSync, rmSync } from "node:fs";
import { withConnections } from "../s3/bucket.ts";
import { isSignedBy, type Member } from "../store/closure.ts";
import { PathError } from "../cache/faults.ts";
import { keepTogether } from "../content/keepTogether.ts";
import type { Memory } from "./memory.ts";
import { closureOf } from "../store/nix.ts";
import { mapAtOnce } from "../system/pool.ts";
import { presenceOf, type Found, type Presence } from "../content/presence.ts";
import type { Settings } from "./settings.ts";
import { transport } from "./transport.ts";

/** What a push of one path came to. */
export interface Pushed {
    /** Number of paths in its closure. */
    readonly closure: number;
    /** Number of those that carry an upstream key's signature, and so were left out. */
    readonly elsewhere: number;
    /** Number of those that were uploaded. */
    readonly uploaded: number;
    /** Number of objects that were made new because they would have gone before what needs them. */
    readonly renewed: number;
}

const QUESTIONS_AT_ONCE = 16;

/**
 * Pushes a path with its closure, and looks whether all of it is in the cache.
 * May be ended at any moment and done again: what is there is not sent again,
 * and nothing is visible before all that it refers to.
 *
 * @param folder a folder for files on the way; made empty, and removed
 * @param memory what was seen in the cache a moment ago
 * @throws ServerError or MachineError when it can be tried again; any other error is the path's own fault
 */
export async function pushPath(
    settings: Settings,
    path: string,
    folder: string,
    memory: Memory,
): Promise<Pushed> {
    const closure = await closureOf(settings.nix, path);
    return withConnections(settings.cache, (cache) => push({ ...settings, cache }, closure, folder, memory));
}

async function push(
    settings: Settings,
    closure: readonly Member[],
    folder: string,
    memory: Memory,
): Promise<Pushed> {
    const ours = closure.filter((member) => !isSignedBy(member, settings.upstreamKeys));
    const elsewhere = new Set(closure.filter((member) => !ours.includes(member)).map(({ path }) => path));

    const known = new Map(
        ours
            .flatMap(({ path }) => memory.get(path) ?? [])
            .map((good) => [good.info.storePath, { hasNarinfo: true, good }]),
    );
    const before = new Map<string, Presence>([
        ...known,
        ...(await look(
            settings,
            ours.filter(({ path }) => !known.has(path)),
        )),
    ]);
    const members = ours.filter(({ path }) =>
        // With force, what this run has not seen yet, and so not sent.
        settings.force ? !known.has(path) : before.get(path)?.good === undefined,
    );
    if (members.length > 0) {
        const sent = new Set(members);
        const others = closure.filter((member) => !sent.has(member));
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        try {
            await transport(settings, { members, others, presence: before, elsewhere }, folder);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    }
    const after = await look(settings, members);
    const found = ours.map(({ path }): Found => {
        const good = (after.get(path) ?? before.get(path))?.good;
        if (good === undefined) throw new PathError(`${path} was pushed, and the cache does not have it`);
        return good;
    });
    const renewed = await keepTogether(settings.cache, found);
    // What was renewed has another expiry than was seen.
    if (renewed === 0) found.forEach((good) => memory.add(good));
    return { closure: closure.length, elsewhere: elsewhere.size, uploaded: members.length, renewed };
}

async function look(settings: Settings, members: readonly Member[]): Promise<Map<string, Presence>> {
    const { cache, trustedPublicKeys } = settings;
    const seen = await mapAtOnce(members, QUESTIONS_AT_ONCE, async (member) => {
        const presence = await presenceOf(cache, member, trustedPublicKeys);
        return [member.path, presence] as const;
    });
    return new Map(seen);
}
