import { randomInt } from "node:crypto";
import { NIX_BASE32_ALPHABET } from "../cache/nixBase32.ts";
import { kindOf } from "../cache/objectKind.ts";
import { narinfoKeys } from "../content/everyNarinfo.ts";
import { listObjects } from "../s3/objects.ts";
import type { Connection } from "../s3/connection.ts";

/** All of a small cache; of a larger one, each from a place of its own chance: the next narinfo after a random name. */
export async function* someNarinfos(from: Connection, bucket: string, count: number): AsyncGenerator<string> {
    const first: string[] = [];
    for await (const key of narinfoKeys({ connection: from, bucket })) if (first.push(key) > count) break;
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
        const found = page.find(({ key }) => kindOf(key) === "narinfo");
        if (found !== undefined) return found.key;
    }
    return undefined;
}

function randomName(): string {
    return Array.from({ length: 4 }, () =>
        NIX_BASE32_ALPHABET.charAt(randomInt(NIX_BASE32_ALPHABET.length)),
    ).join("");
}
