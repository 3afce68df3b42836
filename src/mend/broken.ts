import type { Fault } from "../doctor/finding.ts";
import { KnownObjects } from "../doctor/knownObjects.ts";
import { Nars, type NarLook } from "../doctor/narCheck.ts";
import { checkNarinfo, type Look } from "../doctor/narinfoCheck.ts";
import type { Upstreams } from "../content/upstream.ts";
import { narinfoKeys } from "../content/everyNarinfo.ts";
import { readNarinfo } from "../content/readNarinfo.ts";
import type { Cache } from "../s3/bucket.ts";
import { forEachAtOnce } from "../system/pool.ts";

/** Questions under way at the same time. */
const AT_ONCE = 16;

/** Broken narinfos that one run mends at most: it is done again for more, and its memory has an end. */
export const MOST_BROKEN = 100_000;

/** A narinfo that is not as it must be. */
export interface Broken {
    /** Its object name. */
    readonly key: string;
    /** Its store path; undefined where it does not say, or says another one's. */
    readonly path?: string;
    readonly faults: readonly Fault[];
    /** Names of what it refers to and is nowhere. */
    readonly missing: readonly string[];
    /** What is wrong, in words. */
    readonly wrong: readonly string[];
}

/** How a cache is looked at for what is broken. */
export interface BrokenLook {
    /** With the credentials of who asks: to nobody, what is gone may look as what may not be read. */
    readonly cache: Cache;
    readonly trustedPublicKeys: readonly string[];
    /** Asked for what this cache does not have. */
    readonly upstreams: Upstreams;
    /** Whether NARs are read and hashed, or only their sizes looked at. */
    readonly deep: boolean;
}

/** What a look at a whole cache came to. */
export interface AllBroken {
    readonly broken: readonly Broken[];
    /** Narinfos that were looked at. */
    readonly seen: number;
    /** Whether there may be more broken ones than {@link MOST_BROKEN}, and the look ended there. */
    readonly isCut: boolean;
}

/** Checks narinfos as the doctor does, and gives what fails as values. */
export class BrokenFinder {
    private readonly look: BrokenLook;
    private readonly of: Look;

    constructor(look: BrokenLook, count: NarLook["count"] = () => undefined) {
        const { connection, bucket } = look.cache;
        this.look = look;
        this.of = {
            from: connection,
            bucket,
            trustedPublicKeys: look.trustedPublicKeys,
            presence: new KnownObjects(connection, bucket),
            nars: new Nars(connection, bucket, { read: look.deep ? "all" : "none", count }),
            upstreams: look.upstreams,
        };
    }

    /**
     * One narinfo; undefined where it is good, or gone.
     *
     * @throws ServerError when the server does not answer
     */
    async check(key: string): Promise<Broken | undefined> {
        const { findings } = await checkNarinfo(this.of, key);
        const failures = findings.filter(
            ({ result, fault }) => result === "failure" || fault === "file hash",
        );
        const [first] = failures;
        if (first === undefined) return undefined;
        return {
            key,
            ...(first.path === undefined ? {} : { path: first.path }),
            faults: [...new Set(failures.map(({ fault }) => fault))],
            missing: failures.flatMap(({ missing }) => missing ?? []),
            wrong: failures.map(({ wrong }) => wrong),
        };
    }

    /**
     * Whether hosts take a path all the same, of which the doctor says that its NAR is
     * not as its narinfo says: Nix compares the NAR, and not its file's size and hash.
     */
    async isTaken(key: string): Promise<boolean> {
        const { cache } = this.look;
        const narinfo = await readNarinfo(cache, key);
        if (narinfo.kind !== "read") return false;
        const { storePath, url, compression, narHash, narSize, references, signatures } = narinfo.info;
        const nars = new Nars(cache.connection, cache.bucket, { read: "all", count: () => undefined });
        const { failures, proven } = await nars.check({
            storePath,
            url,
            compression,
            narHash,
            narSize,
            references,
            signatures,
        });
        return failures.length === 0 && proven === "nar";
    }

    /** All narinfos of the cache. @param onLook told of each that was looked at */
    async all(onLook: () => void): Promise<AllBroken> {
        const broken: Broken[] = [];
        let seen = 0;
        await forEachAtOnce(
            until(narinfoKeys(this.look.cache), () => isFull(broken)),
            AT_ONCE,
            async (key) => {
                const found = await this.check(key);
                if (found !== undefined) broken.push(found);
                seen++;
                onLook();
            },
        );
        return { broken, seen, isCut: isFull(broken) };
    }
}

function isFull(broken: readonly Broken[]): boolean {
    return broken.length >= MOST_BROKEN;
}

async function* until<Item>(items: AsyncIterable<Item>, isEnd: () => boolean): AsyncGenerator<Item> {
    for await (const item of items) {
        if (isEnd()) return;
        yield item;
    }
}
