import type { Life } from "../../content/lives.ts";
import { narObject, presenceOf, type Presence } from "../../content/presence.ts";
import { putNar, type NarFile } from "../../content/putNar.ts";
import { listingKey, narinfoKey } from "../../cache/storePath.ts";
import type { Cache } from "../../s3/bucket.ts";
import { put } from "../../s3/put.ts";
import { renew } from "../../s3/renew.ts";
import { Together } from "../../s3/together.ts";
import type { Member } from "../../store/closure.ts";
import type { Settings } from "../settings.ts";
import { narinfoObject } from "./narinfo.ts";

/** Content types as Nix itself uploads them. */
const LISTING_TYPE = "application/json";
const NARINFO_TYPE = "text/x-nix-narinfo";

/** A NAR that is in the cache, for its narinfo. */
export interface Uploaded extends Pick<NarFile, "url" | "compression" | "fileHash" | "fileSize" | "sent"> {
    /** Whether it was there, and was renewed. */
    readonly renewed: boolean;
    /** Ends when the listing of its files is there, which may be with those of others. Its error is for who awaits it. */
    readonly listed: Promise<void>;
}

/** How paths are uploaded. */
export type Upload = Pick<
    Settings,
    "compression" | "level" | "force" | "nix" | "signingKey" | "otherSigningKeys" | "trustedPublicKeys"
> & { readonly cache: Cache; readonly listings: Together };

/** What writes the listings of a push. */
export function listingsOf(cache: Cache): Together {
    return new Together(cache, LISTING_TYPE);
}

/**
 * Brings a path's NAR into the cache, and hands over the listing of its files. A NAR
 * that is there stays, and is renewed where it would go before what needs it.
 *
 * @param presence what the cache has of the path
 * @throws PathError for the path's own fault; what isOutage names otherwise
 */
export async function uploadNar(
    { cache, compression, level, force, nix, listings }: Upload,
    member: Member,
    presence: Presence,
    { needed }: Pick<Life, "needed">,
): Promise<Uploaded> {
    const options = { compression, level, store: nix };
    let renewed = false;
    let nar = await putNar(cache, member, {
        ...options,
        replace: force || presence.hasBadNar === true,
        prove: presence.isDoubted === true,
    });
    if (!nar.sent) {
        const there = await narObject(cache, nar.url);
        if (there === undefined) nar = await putNar(cache, member, { ...options, replace: true });
        else if (there.until < needed) {
            await renew(cache, nar.url);
            renewed = true;
        }
    }
    // One of another time may be of another build.
    const listed =
        nar.listing === undefined ? Promise.resolve() : listings.put(listingKey(member.path), nar.listing);
    listed.catch(() => undefined);
    if (listings.isFull) await listed;
    const { url, fileHash, fileSize, sent } = nar;
    return { url, compression: nar.compression, fileHash, fileSize, sent, renewed, listed };
}

/**
 * Makes a path visible, after its listing: its NAR, and all that it refers to, is in the cache.
 * A narinfo that somebody else has written meanwhile stays, if hosts accept it.
 *
 * @throws as {@link uploadNar}
 */
export async function uploadNarinfo(
    { cache, force, signingKey, otherSigningKeys, trustedPublicKeys }: Upload,
    member: Member,
    nar: Uploaded,
    presence: Presence,
): Promise<void> {
    const { text, metadata } = narinfoObject(member, nar, signingKey, otherSigningKeys);
    const key = narinfoKey(member.path);
    await nar.listed;
    const write = (replace: boolean) =>
        put(cache, key, text, { contentType: NARINFO_TYPE, metadata, replace });
    if (await write(force || presence.hasNarinfo)) return;
    const { good } = await presenceOf(cache, member, trustedPublicKeys);
    if (good === undefined) await write(true);
}
