import type { Connection } from "../s3/connection.ts";
import { send } from "../s3/request.ts";
import type { Outputs } from "../engine/target.ts";
import { driftAndHeal } from "./advice.ts";
import { aliveChecks } from "./alive.ts";
import { bad, type Check } from "./check.ts";
import type { Finding } from "./finding.ts";
import { Nars, type NarLook } from "./narCheck.ts";
import { NarSample } from "./narSample.ts";
import { checkNarinfo } from "./narinfoCheck.ts";
import { someNarinfos } from "./someNarinfos.ts";
import { forEachAtOnce } from "../system/pool.ts";
import { KnownObjects } from "./knownObjects.ts";
import { Overview } from "./overview.ts";
import { Progress } from "./progress.ts";
import { bytesOf } from "../cache/size.ts";
import { sizeCheck } from "./sizeCheck.ts";
import { byName, Tally } from "./tally.ts";
import type { Upstreams } from "../content/upstream.ts";

/** Requests under way at the same time. */
const WIDTH = 16;

/** How much of the content is looked at. */
export interface Extent {
    /** Number of narinfos; undefined: all. */
    readonly sample: number | undefined;
    /** Bytes of NARs that are read and hashed, at most; 0: none, Infinity: all. */
    readonly narBytes: number;
    /** Whether every finding is kept, and not only the first of each check. */
    readonly all: boolean;
    readonly upstreams: Upstreams;
}

/** What the content came to. */
export interface Content {
    readonly checks: readonly Check[];
    /** What is wrong, by store path. */
    readonly findings: readonly Finding[];
}

/** Looks at what is in the cache, as a host reads it. */
export async function contentChecks(
    outputs: Outputs,
    anonymous: Connection,
    extent: Extent,
): Promise<Content> {
    const { bucket, trustedPublicKeys } = outputs.hostConfig;
    const lister = await whoCanList(outputs, anonymous);
    if (lister === undefined) return { checks: [noListing()], findings: [] };
    const progress = new Progress();
    const maxSize = bytesOf(outputs.hostConfig.maxSize ?? "");
    const overview = needsAll(extent, maxSize)
        ? await Overview.of({ connection: lister, bucket }, lister === anonymous)
        : undefined;
    const read = whatToRead(overview, extent, progress);
    const known = overview === undefined ? {} : { overview };
    const look = {
        from: anonymous,
        bucket,
        trustedPublicKeys,
        presence: new KnownObjects(anonymous, bucket, overview),
        nars: new Nars(anonymous, bucket, { read, count: (bytes) => progress.read(bytes), ...known }),
        upstreams: extent.upstreams,
    };
    const keys =
        overview === undefined
            ? someNarinfos(lister, bucket, extent.sample ?? Infinity)
            : overview.narinfoKeys(extent.sample);
    const tally = new Tally(extent.all);
    await forEachAtOnce(keys, WIDTH, async (key) => {
        tally.add(await checkNarinfo(look, key));
        progress.narinfo();
    });
    const alive = await aliveChecks(
        { connection: lister, bucket },
        { trustedPublicKeys, upstreams: extent.upstreams, deep: extent.sample === undefined },
    );
    const checks = tally.checks({
        isSample: extent.sample !== undefined,
        bytesRead: read === "none" ? undefined : progress.bytesRead,
        upstreams: extent.upstreams.urls,
        away: extent.upstreams.away,
    });
    const size =
        overview === undefined || maxSize === undefined
            ? []
            : [sizeCheck(overview.ages, outputs.hostConfig, maxSize)];
    return { checks: [...checks, ...alive, ...size], findings: tally.kept.sort(byName) };
}

/** Whether the whole bucket is listed: for all narinfos, for its size, or for what a part of the NARs is chosen from. */
function needsAll({ sample, narBytes }: Extent, maxSize: number | undefined): boolean {
    return sample === undefined || maxSize !== undefined || (narBytes > 0 && narBytes < Infinity);
}

/** Before all are read, their sizes are added up, so that the end is in sight. */
function whatToRead(
    overview: Overview | undefined,
    { sample, narBytes }: Extent,
    progress: Progress,
): NarLook["read"] {
    if (narBytes === 0) return "none";
    if (overview === undefined || (sample !== undefined && narBytes === Infinity)) return "all";
    const { narSizes } = overview;
    progress.total = Math.min(narSizes.bytes, narBytes);
    return narBytes >= narSizes.bytes ? "all" : new NarSample(narSizes, narBytes);
}

/** Everyone, or where anonymous listing is off, one of the builders. */
async function whoCanList(
    { hostConfig, builders }: Outputs,
    anonymous: Connection,
): Promise<Connection | undefined> {
    for (const one of [
        anonymous,
        ...Object.values(builders).map((builder) => ({ ...anonymous, ...builder })),
    ]) {
        const query = { "list-type": "2", "max-keys": "1" };
        const request = { method: "GET", path: `/${hostConfig.bucket}`, query, kind: "listing" } as const;
        if ((await send(one, request)).status === 200) return one;
    }
    return undefined;
}

function noListing(): Check {
    return bad(
        "listing",
        "failure",
        "neither everyone nor a builder can list the bucket, so its content was not looked at",
        driftAndHeal(),
    );
}
