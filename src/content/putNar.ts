import { createHash } from "node:crypto";
import { PathError } from "../cache/faults.ts";
import { narUrlOf } from "../cache/narUrl.ts";
import { sha256Text } from "../cache/sha256.ts";
import type { Cache } from "../s3/bucket.ts";
import { put } from "../s3/put.ts";
import { putStream } from "../s3/putStream.ts";
import { checkedNar } from "../store/checkedNar.ts";
import type { Member } from "../store/closure.ts";
import { Listing, listingOf } from "../store/listing.ts";
import type { Nix } from "../store/nix.ts";
import { placeOf } from "../store/storePlace.ts";
import { compressed, compressStream, type Compression } from "./compression.ts";
import { FILE_HASH, isUnreadable, narThere, type NarThere } from "./narThere.ts";

/** Content type as Nix itself uploads it. */
const NAR_TYPE = "application/x-nix-nar";

/** Bytes of NARs that are made in memory. For these a question costs more than the work that it may save. */
const SMALL_BYTES = 512 * 1024;

/** How a NAR is sent. */
export interface NarOptions extends Compression {
    /** Whether what is there is overwritten, however it is. Default: false. */
    readonly replace?: boolean;
    /** Whether what is there is read before it is taken for good. Default: the hash that is kept beside it is believed. */
    readonly prove?: boolean;
    /** The store that it is read from. */
    readonly store: Nix;
}

/** A NAR in the cache, as its narinfo names it. */
export interface NarFile {
    /** Where it is: `nar/….nar.zst`. */
    readonly url: string;
    /** As narinfos write it. */
    readonly compression: Compression["compression"];
    /** Hash of the file, `sha256:…`. */
    readonly fileHash: string;
    /** Bytes of the file. */
    readonly fileSize: number;
    /** The text of `HASH.ls`; undefined: it cannot be had (see {@link Listing}; files that are not on this disk). */
    readonly listing: string | undefined;
    /** Whether it was sent; false: it was there already. */
    readonly sent: boolean;
}

type What = Pick<Member, "path" | "narHash" | "narSize">;

/**
 * Brings the NAR of a path into the cache, unless it is there. Nothing good is
 * overwritten, by whatever it was compressed, since narinfos of others may name
 * its size and hash; something broken is replaced.
 *
 * @throws PathError for a path that is damaged or that no NAR holds, and nothing is published; ServerError,
 *   MachineError when it can be tried again
 */
export async function putNar(cache: Cache, member: What, options: NarOptions): Promise<NarFile> {
    const { compression, store, replace = false } = options;
    const url = narUrlOf(member.narHash, compression);
    const there = async (found: NarThere): Promise<NarFile> => {
        const place = placeOf(store, member.path);
        const listing = place === undefined ? undefined : await listingOf(place);
        return { url, compression, ...found, listing, sent: false };
    };
    const look = () => narThere(cache, url, member, compression, options.prove);
    if (!replace && member.narSize > SMALL_BYTES) {
        const found = await look();
        if (found !== undefined) return there(found);
    }
    const send = async (over: boolean): Promise<NarFile | undefined> => {
        const listing = new Listing();
        const sending = member.narSize > SMALL_BYTES ? sendStream : sendWhole;
        const sent = await sending(cache, url, member, { ...options, replace: over }, listing);
        return sent && { url, compression, ...sent, listing: listing.end(), sent: true };
    };
    const sent = await send(replace).catch(async (error: unknown) => {
        // It takes no condition over what is encrypted with somebody's own key.
        if (!(error instanceof PathError) || replace || !(await isUnreadable(cache, url))) throw error;
        return send(true);
    });
    if (sent !== undefined) return sent;
    // Another was there, or came meanwhile.
    const found = await look();
    if (found !== undefined) return there(found);
    const over = await send(true);
    if (over === undefined) throw new Error(`${url} was not written though it was to be replaced`);
    return over;
}

/** @returns undefined where there is another */
async function sendWhole(
    cache: Cache,
    url: string,
    member: What,
    { store, replace = false, ...how }: NarOptions,
    listing: Listing,
): Promise<NarThere | undefined> {
    const pieces: Buffer[] = [];
    const pieceBytes = member.narSize + 8;
    for await (const piece of checkedNar(store, member, { seen: listing.see, pieceBytes }))
        pieces.push(piece);
    const [first = Buffer.alloc(0), ...others] = pieces;
    const file = await compressed(others.length === 0 ? first : Buffer.concat(pieces), how);
    const digest = createHash("sha256").update(file).digest();
    const fileHash = sha256Text(digest);
    const sent = await put(cache, url, file, {
        contentType: NAR_TYPE,
        metadata: { [FILE_HASH]: fileHash },
        replace,
        bodyHash: digest.toString("hex"),
    });
    return sent ? { fileHash, fileSize: file.length } : undefined;
}

/** @returns undefined where there is another */
async function sendStream(
    cache: Cache,
    url: string,
    member: What,
    { store, replace = false, ...how }: NarOptions,
    listing: Listing,
): Promise<NarThere | undefined> {
    const hash = createHash("sha256");
    let fileHash = "";
    const file = async function* () {
        const nar = checkedNar(store, member, { seen: listing.see, reuse: true });
        for await (const piece of compressStream(nar, how)) {
            hash.update(piece);
            yield piece;
        }
        fileHash = sha256Text(hash.digest());
    };
    const { sent, size } = await putStream(cache, url, file(), {
        contentType: NAR_TYPE,
        metadata: () => ({ [FILE_HASH]: fileHash }),
        replace,
        bytes: member.narSize,
    });
    return sent ? { fileHash, fileSize: size } : undefined;
}
