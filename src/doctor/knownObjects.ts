import type { Connection } from "../s3/connection.ts";
import { send } from "../s3/request.ts";
import { Remembered } from "../content/remembered.ts";

/** Whether objects are in the bucket, asked with HEAD and remembered. */
export class KnownObjects {
    private readonly answers = new Remembered<Promise<boolean>>();
    private readonly from: Connection;
    private readonly bucket: string;

    constructor(from: Connection, bucket: string) {
        this.from = from;
        this.bucket = bucket;
    }

    /** Whether an object of this name is there. */
    has(key: string): Promise<boolean> {
        return Remembered.of(this.answers, key, async () => {
            const path = `/${this.bucket}/${key}`;
            return (await send(this.from, { method: "HEAD", path, kind: "short" })).status === 200;
        });
    }

    /** Notes that an object was seen, in a listing for one. */
    remember(key: string, there: boolean): void {
        this.answers.set(key, Promise.resolve(there));
    }
}
