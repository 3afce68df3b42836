import assert from "node:assert/strict";
import { expiryOf } from "../../../src/cache/expiryDates.ts";
import type { Bucket } from "../objects.ts";

const DAY_MS = 86_400_000;

/** Makes an object as old as if it had been written then, and leaves it as it is otherwise. Administrators may. */
export async function writtenAt(admin: Bucket, key: string, time: Date): Promise<void> {
    const { status: found, body, headers } = await admin.request("GET", key);
    assert.equal(found, 200, key);
    const kept = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === "string" &&
        (/^content-(type|encoding)$/.test(name) || name.startsWith("x-amz-meta-"))
            ? [[name, value]]
            : [],
    );
    const given = Object.fromEntries(kept) as Record<string, string>;
    const put = { body, headers: { ...given, "x-minio-source-mtime": time.toISOString() } };
    assert.equal((await admin.request("PUT", key, put)).status, 200, key);
}

/** The same in days from now. */
export async function makeOld(admin: Bucket, key: string, days: number): Promise<void> {
    await writtenAt(admin, key, new Date(Date.now() - days * DAY_MS));
}

/** Days until an object goes, in whole days; Infinity: never; undefined: it is not there. */
export async function daysLeft(bucket: Bucket, key: string): Promise<number | undefined> {
    const { status, headers } = await bucket.request("HEAD", key);
    return status === 200 ? Math.floor((expiryOf(headers) - Date.now()) / DAY_MS) : undefined;
}
