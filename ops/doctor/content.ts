import { randomInt } from "node:crypto";
import { NIX_BASE32_ALPHABET } from "../../cache/nixBase32.ts";
import { listObjects } from "../../server/objects.ts";
import { send, type Connection } from "../../server/request.ts";
import type { Outputs } from "../target.ts";
import { bad, ok, type Check } from "./check.ts";
import { checkNarinfo } from "./narinfoCheck.ts";
import { forEachAtOnce } from "./pool.ts";
import { Presence } from "./presence.ts";

/** Requests under way at the same time. */
const WIDTH = 16;
/** How many single findings are shown. */
const SHOWN = 5;

/** How much of the content is looked at, and who is told how far it is. */
export interface Extent {
    /** Number of narinfos; undefined: all. */
    readonly sample: number | undefined;
    /** Called after each narinfo with the number of those done. */
    readonly progress: (done: number) => void;
}

/** Looks at what is in the cache, as a host reads it. */
export async function contentChecks(
    outputs: Outputs,
    anonymous: Connection,
    extent: Extent,
): Promise<Check[]> {
    const { hostConfig } = outputs;
    const lister = await whoCanList(outputs, anonymous);
    if (lister === undefined) {
        return [
            bad(
                "listing",
                "failure",
                "neither everyone nor a builder can list the bucket, so its content was not looked at",
                "npm run drift says why, npm run heal puts it back",
            ),
        ];
    }
    const keys =
        extent.sample === undefined
            ? allNarinfos(lister, hostConfig.bucket)
            : someNarinfos(lister, hostConfig.bucket, extent.sample);
    const presence = new Presence(anonymous, hostConfig.bucket);
    const tally = {
        done: 0,
        failures: 0,
        warnings: 0,
        elsewhere: 0,
        examples: [] as string[],
        warningExamples: [] as string[],
    };
    await forEachAtOnce(keys, WIDTH, async (key) => {
        presence.remember(key, true);
        const { failures, warnings, elsewhere } = await checkNarinfo(anonymous, hostConfig, key, presence);
        tally.done += 1;
        tally.failures += failures.length;
        tally.warnings += warnings.length;
        tally.elsewhere += elsewhere;
        tally.examples.push(...failures.slice(0, SHOWN - tally.examples.length));
        tally.warningExamples.push(...warnings.slice(0, SHOWN - tally.warningExamples.length));
        extent.progress(tally.done);
    });
    const looked = `${tally.done} narinfo${tally.done === 1 ? "" : "s"}${extent.sample === undefined ? "" : " (a sample)"}`;
    return [
        tally.failures === 0
            ? ok(
                  "signatures and NARs",
                  tally.done === 0 ? "the cache is empty" : `${looked}: signed, their NARs there`,
              )
            : bad(
                  "signatures and NARs",
                  "failure",
                  `${tally.failures} wrong in ${looked}: ${tally.examples.join("; ")}`,
                  tally.examples.every((example) => example.endsWith("answered 403"))
                      ? "hosts may not read them: npm run drift says why, npm run heal puts it back"
                      : "hosts refuse these paths and go on to the next substituter: push them again with narinfo-cache-positive-ttl 0",
              ),
        tally.warnings === 0
            ? ok("expiry of NARs", "none before its narinfo")
            : bad(
                  "expiry of NARs",
                  "warning",
                  `${tally.warnings} before their narinfos: ${tally.warningExamples.join("; ")}`,
                  "hosts build these themselves between the two dates; pushing with the push service renews the NARs",
              ),
        ok(
            "references",
            tally.elsewhere === 0
                ? "all in this cache"
                : `${tally.elsewhere} in other caches, the others in this one`,
        ),
    ];
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
        const { status } = await send(one, { method: "GET", path: `/${hostConfig.bucket}`, query });
        if (status === 200) return one;
    }
    return undefined;
}

async function* allNarinfos(from: Connection, bucket: string): AsyncGenerator<string> {
    for await (const page of listObjects(from, bucket)) {
        for (const { key } of page) if (isNarinfo(key)) yield key;
    }
}

/** All of a small cache; of a larger one, each from a place of its own chance: the next narinfo after a random name. */
async function* someNarinfos(from: Connection, bucket: string, count: number): AsyncGenerator<string> {
    const first: string[] = [];
    for await (const key of allNarinfos(from, bucket)) if (first.push(key) > count) break;
    if (first.length <= count) return yield* first;
    const seen = new Set<string>();
    for (let draw = 0; draw < count; draw += 1) {
        const key = (await narinfoAfter(from, bucket, randomName())) ?? first[0] ?? "";
        if (!seen.has(key)) yield key;
        seen.add(key);
    }
}

async function narinfoAfter(from: Connection, bucket: string, start: string): Promise<string | undefined> {
    for await (const page of listObjects(from, bucket, { after: start, pageSize: 50 })) {
        const found = page.find(({ key }) => isNarinfo(key));
        if (found !== undefined) return found.key;
    }
    return undefined;
}

function randomName(): string {
    return Array.from({ length: 4 }, () =>
        NIX_BASE32_ALPHABET.charAt(randomInt(NIX_BASE32_ALPHABET.length)),
    ).join("");
}

function isNarinfo(key: string): boolean {
    return /^[0-9a-z]{32}\.narinfo$/.test(key);
}
