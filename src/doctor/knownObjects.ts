import type { IncomingHttpHeaders } from "node:http";
import { expiryOf } from "../cache/expiryDates.ts";
import type { Connection } from "../s3/connection.ts";
import { send } from "../s3/request.ts";
import { Remembered } from "../content/remembered.ts";
import type { Overview } from "./overview.ts";

/** Which narinfos are in the bucket, and when they go: as a listing says, or asked with HEAD and remembered. */
export class KnownObjects {
    private readonly answers = new Remembered<Promise<number | undefined>>();
    private readonly from: Connection;
    private readonly bucket: string;
    private readonly overview: Overview | undefined;

    /** @param overview what a listing says. Default: nobody has listed */
    constructor(from: Connection, bucket: string, overview?: Overview) {
        this.from = from;
        this.bucket = bucket;
        this.overview = overview;
    }

    /** When a narinfo goes, in milliseconds since 1970; Infinity: never; undefined: it is not there. */
    until(key: string): Promise<number | undefined> {
        const listed = this.answers.get(key) === undefined ? this.overview?.narinfoUntil(key) : undefined;
        if (listed !== undefined) return Promise.resolve(listed);
        return Remembered.of(this.answers, key, async () => {
            const path = `/${this.bucket}/${key}`;
            const { status, headers } = await send(this.from, { method: "HEAD", path, kind: "short" });
            if (status !== 200) return undefined;
            this.overview?.sawNarinfo(headers);
            return expiryOf(headers);
        });
    }

    /** Notes what was seen of a narinfo. @returns when it goes */
    saw(key: string, headers: IncomingHttpHeaders): number {
        const until = expiryOf(headers);
        this.overview?.sawNarinfo(headers);
        this.answers.set(key, Promise.resolve(until));
        return until;
    }
}
