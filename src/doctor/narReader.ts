import { createHash } from "node:crypto";
import { sha256Text } from "../cache/sha256.ts";
import type { Connection, Head } from "../s3/connection.ts";
import { stream } from "../s3/request.ts";
import { ServerError, TooLarge } from "../cache/serverError.ts";
import { unpackerFor } from "./unpack.ts";

/** What is read, and what is expected of it. */
export interface NarRequest {
    readonly path: string;
    /** As the narinfo names it. */
    readonly compression: string;
    /** Bytes of the file, where the narinfo says them or they follow. */
    readonly fileSize?: number;
    /** Bytes of the NAR in it. More are not unpacked. */
    readonly narSize: number;
}

/** What a NAR's file was found to be. */
export interface ReadNar extends Head {
    /** Bytes of the file; undefined where the server does not say. */
    readonly size?: number;
    /** When it goes, in milliseconds since 1970; default: as the headers say. */
    readonly until?: number;
    /** It has more bytes than there can be, and was not read. */
    readonly isTooLarge?: true;
    /** Hash of the file, `sha256:…`, where the whole of it was read. */
    readonly fileHash?: string;
    /** Hash and bytes of the NAR in it; undefined where it could not be unpacked here. */
    readonly nar?: { readonly hash: string; readonly size: number };
    /** Why it is no file of that compression. */
    readonly broken?: string;
}

/**
 * Reads a NAR as a host does, and hashes file and NAR on the way: neither is
 * ever in memory as a whole.
 *
 * @param count takes the bytes that have come
 * @throws ServerError when the server does not answer
 */
export async function readNar(
    from: Connection,
    request: NarRequest,
    count: (bytes: number) => void,
): Promise<ReadNar> {
    const { path, fileSize, narSize } = request;
    const most = fileSize ?? mostBytes(narSize);
    let opened;
    try {
        opened = await stream(from, path, most);
    } catch (error) {
        if (error instanceof TooLarge)
            return error.size === undefined
                ? { status: 200, headers: {}, isTooLarge: true }
                : { status: 200, headers: {}, size: error.size };
        throw error;
    }
    const { status, headers, body } = opened;
    const length = headers["content-length"];
    const size = length === undefined ? {} : { size: Number(length) };
    if (status !== 200 || (fileSize !== undefined && length !== undefined && size.size !== fileSize)) {
        // A short answer is read to its end, so that its connection can be used again.
        for await (const part of body) if (status === 200 && part.length > 0) break;
        return { status, headers, ...size };
    }
    return { status, headers, ...(await hashes(body, headers["content-encoding"], request, count)) };
}

/** Bytes of a file at most: no compression makes a NAR much larger. */
export function mostBytes(narSize: number): number {
    return narSize + narSize / 16 + 1024 * 1024;
}

/** What Nix unpacks by the library libarchive, beside what is unpacked here. */
const OF_NIX = ["xz", "bzip2", "lzip", "lz4", "compress", "grzip", "lrzip", "lzma", "lzop"];

async function drain(parts: AsyncIterable<Buffer>): Promise<void> {
    const iterator = parts[Symbol.asyncIterator]();
    while ((await iterator.next()).done !== true);
}

async function hashes(
    body: AsyncIterable<Buffer>,
    coding: string | undefined,
    { compression, narSize }: NarRequest,
    count: (bytes: number) => void,
): Promise<Omit<ReadNar, keyof Head>> {
    const file = createHash("sha256");
    let size = 0;
    const counted = async function* () {
        for await (const part of body) {
            file.update(part);
            size += part.length;
            count(part.length);
            yield part;
        }
    };
    const fileIs = () => ({ size, fileHash: sha256Text(file.digest()) });
    try {
        // Nix's HTTP library undoes a content coding before Nix sees the file.
        const coded = coding === undefined || coding === "identity" ? "none" : coding;
        const decode = await unpackerFor(coded);
        const unpack = await unpackerFor(compression);
        if (decode === undefined)
            return { size, broken: `has a Content-Encoding that is none: ${coding ?? ""}` };
        if (unpack === undefined) {
            if (!OF_NIX.includes(compression))
                return { size, broken: `is of a compression that Nix does not know: ${compression}` };
            await drain(counted());
            return fileIs();
        }
        const isPlain = compression === "none" && coded === "none";
        const nar = createHash("sha256");
        let narBytes = 0;
        for await (const part of unpack(decode(counted()))) {
            narBytes += part.length;
            if (narBytes > narSize)
                return { size, broken: `unpacks to more than the ${narSize} bytes of its NarSize` };
            // Where the file is the NAR, it is hashed once.
            if (!isPlain) nar.update(part);
        }
        const found = fileIs();
        const hash = isPlain ? found.fileHash : sha256Text(nar.digest());
        return { ...found, nar: { hash, size: narBytes } };
    } catch (error) {
        if (error instanceof TooLarge) return { isTooLarge: true };
        if (error instanceof ServerError) throw error;
        return { size, broken: `cannot be unpacked (${compression}): ${(error as Error).message}` };
    }
}
