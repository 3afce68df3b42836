import { CACHE_INFO_NAME } from "../cache/cacheInfo.ts";
import { UserError } from "../cache/problem.ts";
import type { Settings } from "../cache/settings.ts";
import { hasObject, isEmptyBucket } from "./objects.ts";
import { UnreachableError, type Connection } from "./request.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/**
 * Looks at the server before anything is changed.
 *
 * It must come first in the program: a provider that reads a bucket while the
 * server is away or refuses the password takes it for deleted, and drops it
 * from the state.
 *
 * @throws UserError, one line, when the server does not answer, refuses the
 * credentials, or has a bucket of that name that is no Nix cache
 */
export async function inspectServer(to: Connection, settings: Settings): Promise<Snapshot> {
    try {
        const snapshot = await readSnapshot(to, settings.bucket);
        if (snapshot.bucket !== undefined) await refuseForeignBucket(to, settings.bucket);
        return snapshot;
    } catch (error) {
        if (!(error instanceof UnreachableError || error instanceof UserError)) throw error;
        throw new UserError(`${error.message}. Nothing has been changed.`, { cause: error });
    }
}

/** A bucket is this cache's to take over when it is empty, or a Nix cache already; a mistyped name must not publish another. */
async function refuseForeignBucket(to: Connection, bucket: string): Promise<void> {
    if (await hasObject(to, bucket, CACHE_INFO_NAME)) return;
    if (await isEmptyBucket(to, bucket)) return;
    throw new UserError(
        `the server has a bucket ${bucket} that holds objects but no ${CACHE_INFO_NAME}, so it is not taken over as a Nix cache: choose another name for bucket`,
    );
}
