import { expiryOf } from "../cache/expiryDates.ts";
import type { Connection } from "../s3/connection.ts";
import { send } from "../s3/request.ts";
import { Remembered } from "../content/remembered.ts";

/** Which objects are in the bucket, and when they go, asked with HEAD and remembered. */
export class KnownObjects {
    private readonly answers = new Remembered<Promise<number | undefined>>();
    private readonly from: Connection;
    private readonly bucket: string;

    constructor(from: Connection, bucket: string) {
        this.from = from;
        this.bucket = bucket;
    }

    /** When an object goes, in milliseconds since 1970; Infinity: never; undefined: it is not there. */
    until(key: string): Promise<number | undefined> {
        return Remembered.of(this.answers, key, async () => {
            const path = `/${this.bucket}/${key}`;
            const { status, headers } = await send(this.from, { method: "HEAD", path, kind: "short" });
            return status === 200 ? expiryOf(headers) : undefined;
        });
    }

    /** Notes what was seen of an object. */
    remember(key: string, until: number): void {
        this.answers.set(key, Promise.resolve(until));
    }
}
