import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { nixSha256, serialiseNar, textStorePath } from "../../../src/cache/nar.ts";
import { formatNarinfo, parseNarinfo, signNarinfo } from "../../../src/cache/narinfo.ts";
import { baseName, narinfoKey } from "../../../src/cache/storePath.ts";
import type { Cache } from "../../../src/s3/bucket.ts";
import { listObjects } from "../../../src/s3/objects.ts";
import { send } from "../../../src/s3/request.ts";
import { forEachAtOnce, mapAtOnce } from "../../../src/system/pool.ts";

const DAY_MS = 86_400_000;

/** A path to be put into a cache. */
export interface Path {
    readonly path: string;
    readonly references: readonly string[];
    readonly narinfo: { readonly key: string; readonly text: string };
    readonly nar: { readonly key: string; readonly body: Buffer };
    /** Days. */
    readonly age: number;
}

/**
 * Programs of a cache that was filled over 30 days: they refer to those of
 * that day and to some of days before, and every fifth has the content of another, so the same NAR.
 */
export function programs(count: number, secretKey: string): Path[] {
    const made: Path[] = [];
    for (let number = 0; number < count; number++) {
        const age = Math.floor(((count - 1 - number) / count) * 30);
        // Each refers to the one before, but for the first of ten; the last of ten to a library of days before.
        const back = number % 10 === 0 ? [] : number % 10 === 9 ? [number - 1, number - 39] : [number - 1];
        const references = back.flatMap((other) => made[other]?.path ?? []).sort();
        const seed = number % 5 === 4 ? number - 1 : number;
        const contents = createHash("sha512").update(String(seed)).digest("hex").repeat(8);
        const path = textStorePath({ name: `program-${number}`, contents, references });
        const body = serialiseNar({ type: "regular", contents });
        const narHash = nixSha256(body);
        const url = `nar/${narHash.slice("sha256:".length)}.nar`;
        const info = {
            storePath: path,
            url,
            compression: "none",
            narHash,
            narSize: body.length,
            references: references.map(baseName),
            signatures: [],
        };
        const text = formatNarinfo(signNarinfo(info, secretKey));
        made.push({
            path,
            references,
            narinfo: { key: narinfoKey(path), text },
            nar: { key: url, body },
            age,
        });
    }
    return made;
}

/** The same, each as young as what refers to it, as pushes and renewals have it. */
export function renewed(paths: readonly Path[]): Path[] {
    const ages = new Map(paths.map(({ path, age }) => [path, age]));
    for (const { path, references } of paths.toReversed())
        for (const other of references) ages.set(other, Math.min(ages.get(other) ?? 0, ages.get(path) ?? 0));
    return paths.map((one) => ({ ...one, age: ages.get(one.path) ?? 0 }));
}

/** Puts them there as old as they are; only administrators may. */
export async function fill(
    { connection, bucket }: Cache,
    paths: readonly Path[],
    now = Date.now(),
): Promise<void> {
    const put = async (key: string, body: Buffer | string, age: number) => {
        const time = new Date(now - age * DAY_MS).toISOString();
        const { status } = await send(connection, {
            method: "PUT",
            path: `/${bucket}/${key}`,
            body,
            headers: { "x-minio-source-mtime": time },
            kind: "short",
        });
        assert.equal(status, 200, key);
    };
    const nars = new Map<string, Path["nar"] & { readonly age: number }>();
    for (const { nar, age } of paths)
        nars.set(nar.key, { ...nar, age: Math.min(age, nars.get(nar.key)?.age ?? Infinity) });
    await forEachAtOnce(nars.values(), 16, ({ key, body, age }) => put(key, body, age));
    await forEachAtOnce(paths, 16, ({ narinfo: { key, text }, age }) => put(key, text, age));
}

/** What is in a bucket, and whether it is whole. */
export interface Whole {
    readonly narinfos: ReadonlySet<string>;
    readonly bytes: number;
    /** What a narinfo names and is not there. */
    readonly broken: readonly string[];
    /** NARs that no narinfo names. */
    readonly leftOver: readonly string[];
}

/** Looks with nothing of what is tested but the listing. */
export async function wholeness(cache: Cache): Promise<Whole> {
    const sizes = new Map<string, number>();
    for await (const page of listObjects(cache.connection, cache.bucket))
        for (const { key, size } of page) sizes.set(key, size);
    const narinfos = [...sizes.keys()].filter((key) => key.endsWith(".narinfo"));
    const named = new Set<string>();
    const broken = await mapAtOnce(narinfos, 16, async (key) => {
        const request = { method: "GET", path: `/${cache.bucket}/${key}`, kind: "narinfo" } as const;
        const { url, references } = parseNarinfo((await send(cache.connection, request)).body.toString());
        named.add(url);
        const needs = [url, ...references.map((name) => `${name.slice(0, 32)}.narinfo`)];
        return needs.filter((need) => !sizes.has(need)).map((need) => `${key} needs ${need}`);
    });
    return {
        narinfos: new Set(narinfos),
        bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0),
        broken: broken.flat(),
        leftOver: [...sizes.keys()].filter((key) => key.startsWith("nar/") && !named.has(key)),
    };
}
