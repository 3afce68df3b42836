import { send, type Connection } from "../../server/request.ts";

/** How many answers are remembered: what many paths refer to (glibc, bash) is asked for once. */
const REMEMBERED = 20_000;

/** Whether objects are in the bucket, asked with HEAD and remembered, in memory that does not grow. */
export class Presence {
    private readonly answers = new Map<string, boolean>();
    private readonly from: Connection;
    private readonly bucket: string;

    constructor(from: Connection, bucket: string) {
        this.from = from;
        this.bucket = bucket;
    }

    /** Whether an object of this name is there. */
    async has(key: string): Promise<boolean> {
        const known = this.answers.get(key);
        if (known !== undefined) return known;
        const { status } = await send(this.from, { method: "HEAD", path: `/${this.bucket}/${key}` });
        this.remember(key, status === 200);
        return status === 200;
    }

    /** Notes that an object was seen, in a listing for one. */
    remember(key: string, there: boolean): void {
        if (this.answers.size >= REMEMBERED) this.answers.delete(this.answers.keys().next().value ?? "");
        // A copy: a part of a text keeps the whole of it in memory, be it a listing's page.
        this.answers.set(Buffer.from(key).toString("latin1"), there);
    }
}
