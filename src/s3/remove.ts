import { ask, type Cache } from "./bucket.ts";

/**
 * Removes an object, if it is there. S3 has no condition for it that MinIO looks
 * at, so whoever must not remove what somebody else has just written looks first.
 *
 * @throws ServerError when the server does not answer, or refuses
 */
export async function removeObject(cache: Cache, key: string): Promise<void> {
    await ask(cache, "DELETE", key, { kind: "short" });
}
