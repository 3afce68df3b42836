import type { Answer } from "./connection.ts";
import { ask, mustAsk, type Cache } from "./bucket.ts";
import { PathError } from "../cache/faults.ts";

/** S3 takes at most so many parts, of at least 5 MiB each but the last (Amazon S3 user guide, "Multipart upload limits"). */
const MAX_PARTS = 10_000;

/** A range of bytes; the last one belongs to it. */
export interface Range {
    readonly first: number;
    readonly last: number;
}

/** Cuts a size into parts of the wanted size, or larger ones where there would be too many. */
export function partRanges(size: number, partSize: number): Range[] {
    const step = Math.max(partSize, Math.ceil(size / MAX_PARTS));
    return Array.from({ length: Math.ceil(size / step) }, (_, n) => ({
        first: n * step,
        last: Math.min((n + 1) * step, size) - 1,
    }));
}

/**
 * Makes an object of parts. It becomes visible, as a whole, at the very end;
 * one that fails is given up. (Of one that was killed MinIO removes the parts
 * after a day.)
 *
 * @param sendPart sends one part: `query` goes with its request
 */
export async function inParts(
    cache: Cache,
    key: string,
    headers: Readonly<Record<string, string>>,
    ranges: readonly Range[],
    sendPart: (range: Range, query: Readonly<Record<string, string>>) => Promise<Answer>,
): Promise<void> {
    const begun = await mustAsk(cache, "POST", key, {
        kind: "short",
        query: { uploads: "" },
        headers,
        body: "",
    });
    const uploadId = tag(begun, "UploadId");
    try {
        const parts: string[] = [];
        for (const [index, range] of ranges.entries()) {
            const answer = await sendPart(range, { partNumber: String(index + 1), uploadId });
            // An upload answers with the part's ETag in a header, a copy in the body.
            const etag =
                answer.headers.etag ?? tag(answer, "ETag").replaceAll("&#34;", '"').replaceAll("&quot;", '"');
            parts.push(`<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
        }
        const body = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
        const done = await mustAsk(cache, "POST", key, { kind: "work", query: { uploadId }, body });
        mustBeTogether(done, key);
    } catch (error) {
        await ask(cache, "DELETE", key, { kind: "short", query: { uploadId } }).catch(() => undefined);
        throw error;
    }
}

/** @throws PathError: S3 may answer 200 before it knows, and say in the body that it failed */
export function mustBeTogether({ status, body }: Answer, key: string): void {
    if (status >= 300 || body.includes("<Error>"))
        throw new PathError(`${key} could not be put together from its parts`);
}

/** The text of the one element of this name: these answers hold no more than that. */
export function tag({ body }: Answer, name: string): string {
    const value = new RegExp(`<${name}>([^<]+)</${name}>`).exec(body.toString("utf8"))?.[1];
    if (value === undefined) throw new PathError(`the server's answer has no ${name}`);
    return value;
}
