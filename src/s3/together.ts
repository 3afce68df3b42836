import { PathError } from "../cache/faults.ts";
import { mapAtOnce } from "../system/pool.ts";
import { mustAsk, type Cache } from "./bucket.ts";
import { crcHeader, unsignedBody } from "./checksum.ts";
import { tarOf } from "./tar.ts";

/** Objects of one request, and bytes of their content, at most. */
const MOST = { objects: 128, bytes: 1024 * 1024 };

/** Bytes of an object, at most: a larger one costs more than its request. */
const SMALL_BYTES = 32 * 1024;

const SINGLES_AT_ONCE = 16;

/** MinIO takes such a request for an archive, and each of its files for an object ("Snowball Auto Extract"). */
const EXTRACT = { "x-amz-meta-snowball-auto-extract": "true", "Content-Type": "application/x-tar" };

interface Waiting {
    readonly key: string;
    readonly content: Buffer;
    readonly done: (error?: Error) => void;
}

/**
 * Writes many small objects, whatever is there under their names. While one
 * request is under way those that come are gathered for the next: MinIO unpacks an
 * archive, which costs it half of what a request for each costs, and this side a
 * tenth. Another server gets a request for each, and so does any without TLS.
 *
 * Such objects have no checksum; the first renewal gives them one.
 */
export class Together {
    private readonly cache: Cache;
    private readonly contentType: string;
    private waiting: Waiting[] = [];
    private bytes = 0;
    private working = false;
    /** Whether the server unpacks archives; its first answer says what it is. */
    private unpacks: boolean | undefined;

    constructor(cache: Cache, contentType: string) {
        this.cache = cache;
        this.contentType = contentType;
        // What is on such a line may be looked at by a proxy, object by object.
        if (cache.connection.url.startsWith("http:")) this.unpacks = false;
    }

    /** Whether so much waits that whoever makes more is to wait too. */
    get isFull(): boolean {
        return this.bytes > MOST.bytes;
    }

    /** @throws ServerError or PathError, as `ask` does */
    put(key: string, text: string): Promise<void> {
        const content = Buffer.from(text);
        if (content.length > SMALL_BYTES || this.unpacks === false) return this.single({ key, content });
        return new Promise((resolve, reject) => {
            const done = (error?: Error) => {
                if (error === undefined) resolve();
                else reject(error);
            };
            this.waiting.push({ key, content, done });
            this.bytes += content.length;
            if (!this.working) void this.work();
        });
    }

    private async work(): Promise<void> {
        this.working = true;
        for (let next = this.next(); next.length > 0; next = this.next()) {
            if (next.length === 1 || this.unpacks !== true) await this.singles(next);
            else await this.archive(next);
        }
        this.working = false;
    }

    private next(): Waiting[] {
        let bytes = 0;
        let count = 0;
        for (const { content } of this.waiting) {
            if (count >= (this.unpacks === undefined ? 1 : MOST.objects) || bytes > MOST.bytes) break;
            bytes += content.length;
            count++;
        }
        this.bytes -= bytes;
        return this.waiting.splice(0, count);
    }

    private async archive(objects: readonly Waiting[]): Promise<void> {
        try {
            const entries = objects.map(({ key, content }) => ({ name: key, content }));
            const body = tarOf(entries, { "minio.metadata.Content-Type": this.contentType });
            // The request's own name becomes no object. If it ever should, it goes as the first one goes.
            await mustAsk(this.cache, "PUT", `${objects[0]?.key ?? ""}.tar`, {
                kind: "short",
                headers: { ...EXTRACT, ...crcHeader(body) },
                body,
                ...unsignedBody(this.cache.connection),
            });
            for (const { done } of objects) done();
        } catch (error) {
            // One of them may be what it is refused for.
            if (error instanceof PathError) await this.singles(objects);
            else for (const { done } of objects) done(error as Error);
        }
    }

    private async singles(objects: readonly Waiting[]): Promise<void> {
        await mapAtOnce(objects, SINGLES_AT_ONCE, (one) =>
            this.single(one).then(
                () => one.done(),
                (error: unknown) => one.done(error as Error),
            ),
        );
    }

    private async single({ key, content }: Pick<Waiting, "key" | "content">): Promise<void> {
        const headers = { "Content-Type": this.contentType, ...crcHeader(content) };
        const answer = await mustAsk(this.cache, "PUT", key, { kind: "short", headers, body: content });
        this.unpacks ??= answer.headers.server === "MinIO";
    }
}
