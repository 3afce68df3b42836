import { crc32 } from "node:zlib";
import { ask, mustAsk, type Cache } from "./bucket.ts";
import { crcText, FULL_OBJECT, unsignedBody } from "./checksum.ts";
import { mustBeTogether, tag } from "./multipart.ts";
import { partBuffers } from "./partBuffers.ts";
import { condition, contentHeaders, isWritten, OCCUPIED, type PutOptions } from "./put.ts";

/** Parts of one upload on their way at the same time. */
const AT_ONCE = 2;

/** An object that is uploaded in parts, and visible when it is complete. */
export class UploadInParts {
    private readonly cache: Cache;
    private readonly key: string;
    private readonly uploadId: string;
    private readonly replace: boolean;
    private readonly parts: { etag: string; crc: string }[] = [];
    private readonly underWay = new Set<Promise<void>>();
    private failure: { readonly error: unknown } | undefined;
    private count = 0;

    private constructor(cache: Cache, key: string, uploadId: string, replace: boolean) {
        this.cache = cache;
        this.key = key;
        this.uploadId = uploadId;
        this.replace = replace;
    }

    static async begin(
        cache: Cache,
        key: string,
        { replace = false, ...content }: Pick<PutOptions, "contentType" | "contentEncoding" | "replace">,
    ): Promise<UploadInParts> {
        const answer = await mustAsk(cache, "POST", key, {
            kind: "short",
            query: { uploads: "" },
            headers: { ...contentHeaders(content), ...FULL_OBJECT },
            body: "",
        });
        return new UploadInParts(cache, key, tag(answer, "UploadId"), replace);
    }

    /**
     * Sends the next part; returns when there is room for one more.
     *
     * @param buffer one of the pool; given back when it was sent
     * @throws what an earlier part failed with
     */
    async send(buffer: Buffer, bytes: number): Promise<void> {
        const sending = this.put(++this.count, buffer.subarray(0, bytes))
            .catch((error: unknown) => {
                this.failure ??= { error };
            })
            .finally(() => {
                partBuffers.give(buffer);
                this.underWay.delete(sending);
            });
        this.underWay.add(sending);
        if (this.underWay.size >= AT_ONCE) await Promise.race(this.underWay);
        this.mustBeWell();
    }

    private async put(number: number, body: Buffer): Promise<void> {
        const crc = crcText(crc32(body));
        const answer = await mustAsk(this.cache, "PUT", this.key, {
            kind: "short",
            query: { partNumber: String(number), uploadId: this.uploadId },
            headers: { "x-amz-checksum-crc32": crc },
            body,
            ...unsignedBody(this.cache.connection),
        });
        this.parts[number - 1] = { etag: answer.headers.etag ?? "", crc };
    }

    /**
     * Puts the object together.
     *
     * @param crc CRC-32 of the whole
     * @returns whether it is visible now; false: another is there, and this one was thrown away
     */
    async complete(crc: number): Promise<boolean> {
        await Promise.all(this.underWay);
        this.mustBeWell();
        const list = this.parts.map(
            ({ etag, crc }, index) =>
                `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag><ChecksumCRC32>${crc}</ChecksumCRC32></Part>`,
        );
        const { replace } = this;
        const answer = await ask(
            this.cache,
            "POST",
            this.key,
            {
                kind: "work",
                query: { uploadId: this.uploadId },
                headers: {
                    ...condition({ replace }),
                    "x-amz-checksum-crc32": crcText(crc),
                    "x-amz-checksum-type": FULL_OBJECT["x-amz-checksum-type"],
                },
                body: `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`,
            },
            replace ? [] : OCCUPIED,
        );
        if (!isWritten(answer.status)) {
            await this.abort();
            return false;
        }
        mustBeTogether(answer, this.key);
        return true;
    }

    /** Gives it up: the server removes the parts. (Of an upload that was killed MinIO does so after a day.) */
    async abort(): Promise<void> {
        await Promise.all(this.underWay);
        const { uploadId } = this;
        await ask(this.cache, "DELETE", this.key, { kind: "short", query: { uploadId } }).catch(
            () => undefined,
        );
    }

    private mustBeWell(): void {
        if (this.failure !== undefined) throw this.failure.error;
    }
}
