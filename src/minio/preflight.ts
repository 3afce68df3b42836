import { CACHE_INFO_NAME } from "../cache/managedObjects.ts";
import { declare, objectNames, type Declared } from "../cache/declared.ts";
import type { Snapshot } from "../cache/live.ts";
import { UserError } from "../cache/problem.ts";
import type { Settings } from "../cache/settings.ts";
import { PROBE } from "../cache/probe.ts";
import { holdsMoreThan, isEmptyBucket } from "../s3/objects.ts";
import type { Connection } from "../s3/connection.ts";
import { readSnapshot } from "./snapshot.ts";

/**
 * Looks at the server before anything is changed.
 *
 * It must come first in the program: a provider that reads a bucket while the
 * server is away or refuses the password takes it for deleted, and drops it
 * from the state.
 *
 * @param previous what the stack declared when it was last deployed; undefined: never
 * @throws ServerError when the server does not answer or refuses the credentials
 * @throws UserError, one line, when the bucket is somebody else's, or not the one that the stack has
 */
export async function inspectServer(
    to: Connection,
    settings: Settings,
    previous: Declared | undefined,
): Promise<Snapshot> {
    if (previous !== undefined && previous.bucket !== settings.bucket)
        await refuseAnotherBucket(to, settings, previous);
    const snapshot = await readSnapshot(
        to,
        settings.bucket,
        previous?.bucket === settings.bucket ? objectNames(previous) : undefined,
    );
    if (snapshot.bucket !== undefined && !isOurs(snapshot, settings, previous)) {
        await refuseFilledBucket(to, settings.bucket);
    }
    if (previous === undefined && settings.adopt !== settings.bucket) refuseCacheOfOthers(snapshot, settings);
    return snapshot;
}

/** The engine would take the builders' policy from them, and delete the old bucket with all that it holds. */
async function refuseAnotherBucket(to: Connection, settings: Settings, previous: Declared): Promise<void> {
    const move = `this stack's cache is in the bucket ${previous.bucket}, which`;
    if (settings.protect) {
        throw new UserError(
            `${move} is protected, so it cannot move to ${settings.bucket}: set bucket back, and make a stack of its own for another cache (pulumi stack init)`,
        );
    }
    const own = [...previous.objects.map(({ name }) => name), PROBE];
    if (await holdsMoreThan(to, previous.bucket, own)) {
        throw new UserError(
            `${move} holds objects that a move to ${settings.bucket} would delete: set bucket back, or, to lose them, empty it first (mc rm --recursive --force ALIAS/${previous.bucket}); docs/operating.md, "Another name for the bucket", has commands that keep them`,
        );
    }
}

/** A bucket is this cache's when the stack made it, its owner says so, or it is a Nix cache already. */
function isOurs(snapshot: Snapshot, settings: Settings, previous: Declared | undefined): boolean {
    return (
        previous?.bucket === settings.bucket ||
        settings.adopt === settings.bucket ||
        CACHE_INFO_NAME in snapshot.objects
    );
}

/** A mistyped name must neither publish a bucket of something else nor let it expire. */
async function refuseFilledBucket(to: Connection, bucket: string): Promise<void> {
    if (await isEmptyBucket(to, bucket)) return;
    throw new UserError(
        `the server has a bucket ${bucket} that holds objects but no ${CACHE_INFO_NAME}, so it is not taken over: set another name for bucket, or, if it is to become this cache, pulumi config set adopt ${bucket}`,
    );
}

/**
 * A new stack with the bucket of another one would make new keys for it, and the other's next update
 * would take them back. Users that hold the write policy, and are none of this stack's builders, show it;
 * what a first update that was cut short has made belongs to this stack's builders.
 */
function refuseCacheOfOthers({ bucket, users }: Snapshot, settings: Settings): void {
    if (bucket === undefined) return;
    const { writePolicy } = declare(settings);
    const others = Object.entries(users)
        .filter(
            ([name, { policies }]) =>
                policies.includes(writePolicy.name) && !settings.builders.includes(name),
        )
        .map(([name]) => name);
    if (others.length === 0) return;
    throw new UserError(
        `the bucket ${settings.bucket} is a cache to which ${others.join(", ")} may push, and this stack is new: it would give the cache another signing key. Set another name for bucket; or take the cache over with its builders and keys (docs/taking-over.md); or, if nothing else uses it, pulumi config set adopt ${settings.bucket}`,
    );
}
