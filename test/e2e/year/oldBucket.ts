import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { expiresAt } from "../../../src/cache/expiryDates.ts";
import { expiryRules } from "../../../src/cache/expiryRules.ts";
import { listObjects } from "../../../src/s3/objects.ts";
import type { Cache } from "../../../src/s3/bucket.ts";
import { forEachAtOnce } from "../../../src/system/pool.ts";
import { Bucket } from "../objects.ts";

const DAY_MS = 86_400_000;
const AT_ONCE = 16;

/** An object as it is listed. */
export interface Listed {
    readonly size: number;
    /** When it goes, in milliseconds since 1970, by the server's clock. */
    readonly until: number;
}

/**
 * A bucket in which days pass faster than on the server, whose clock nobody can
 * set: the last simulated day is yesterday, and the others lie before it. What is
 * written on a simulated day gets its date, which administrators may give, and each
 * simulated day the rules of the bucket have a day less: what they let go on a day
 * is then just what they would if the clock were set to it. The server's own code
 * decides about each object, by its own clock.
 */
export class OldBucket {
    private readonly admin: Bucket;
    private readonly cache: Cache;
    private readonly begun = Date.now();
    private readonly last: number;
    private readonly days: { readonly expire: number; readonly grace: number };

    /** @param cache as the administrator has it @param last number of the last simulated day */
    constructor(cache: Cache, last: number, expire: number, grace: number) {
        this.admin = new Bucket(cache.connection, cache.bucket);
        this.cache = cache;
        this.last = last;
        this.days = { expire, grace };
    }

    /** The simulated day's own date. */
    dateOf(day: number): Date {
        return new Date(this.begun - (this.last + 1 - day) * DAY_MS);
    }

    /** Sets the rules to what is old on a day. */
    async goTo(day: number): Promise<void> {
        const rules = expiryRules(this.narinfoDays(day), this.days.grace).map(
            ({ id, prefix, days }) =>
                `<Rule><ID>${id}</ID><Status>Enabled</Status><Filter><Prefix>${prefix}</Prefix></Filter><Expiration><Days>${days}</Days></Expiration></Rule>`,
        );
        const body = `<LifecycleConfiguration>${rules.join("")}</LifecycleConfiguration>`;
        const headers = { "Content-MD5": createHash("md5").update(body).digest("base64") };
        const { status } = await this.admin.request("PUT", "", { query: { lifecycle: "" }, body, headers });
        assert.equal(status, 200, "the rules");
    }

    /** Narinfos and NARs that the server still has on a day, by name. */
    async list(day: number): Promise<Map<string, Listed>> {
        const found = new Map<string, Listed>();
        for await (const page of listObjects(this.cache.connection, this.cache.bucket))
            for (const { key, size, modified } of page) {
                const isNar = key.startsWith("nar/");
                if (!isNar && !key.endsWith(".narinfo")) continue;
                const days = this.narinfoDays(day) + (isNar ? this.days.grace : 0);
                found.set(key, { size, until: expiresAt(modified, days).getTime() });
            }
        return found;
    }

    /** Puts an object that was written on a day. */
    async put(key: string, body: string | Buffer, day: number): Promise<void> {
        const headers = { "x-minio-source-mtime": this.dateOf(day).toISOString() };
        assert.equal((await this.admin.request("PUT", key, { body, headers })).status, 200, key);
    }

    /** Gives all that was really written since the simulation began, by renewing, the date of a day. */
    async endDay(day: number): Promise<number> {
        const fresh: string[] = [];
        for await (const page of listObjects(this.cache.connection, this.cache.bucket))
            for (const { key, modified } of page)
                // The server's times have whole seconds.
                if (modified.getTime() > this.begun - DAY_MS / 2 && /\.narinfo$|^nar\//.test(key))
                    fresh.push(key);
        await forEachAtOnce(fresh, AT_ONCE, (key) => this.date(key, day));
        return fresh.length;
    }

    /** By a copy onto itself. What is here has no words of its own that would have to be kept. */
    private async date(key: string, day: number): Promise<void> {
        const headers = {
            "x-amz-copy-source": `/${this.cache.bucket}/${key}`,
            "x-amz-metadata-directive": "REPLACE",
            "x-minio-source-mtime": this.dateOf(day).toISOString(),
        };
        assert.equal((await this.admin.request("PUT", key, { headers, body: "" })).status, 200, key);
    }

    private narinfoDays(day: number): number {
        return this.days.expire + this.last + 1 - day;
    }
}
