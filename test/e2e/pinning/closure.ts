import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { formatNarinfo, signNarinfo } from "../../../src/cache/narinfo.ts";
import { encodeNixBase32 } from "../../../src/cache/nixBase32.ts";
import { baseName, narinfoKey } from "../../../src/cache/storePath.ts";
import type { Bucket } from "../objects.ts";

/** A path that was put into a bucket, and its two objects. */
export interface Path {
    readonly path: string;
    readonly narinfo: string;
    readonly nar: string;
}

/** Puts paths into a bucket, signed, each of which refers to the one before. What stands for their NARs is a text. */
export async function putClosure(
    bucket: Bucket,
    secretKey: string,
    names: readonly string[],
): Promise<Path[]> {
    const made: Path[] = [];
    for (const name of names) {
        const content = Buffer.from(`NAR of ${name}`);
        const digest = encodeNixBase32(createHash("sha256").update(content).digest());
        const path = `/nix/store/${digest.slice(0, 32)}-${name}`;
        const before = made.at(-1);
        const info = {
            storePath: path,
            url: `nar/${digest}.nar`,
            compression: "none",
            narHash: `sha256:${digest}`,
            narSize: content.length,
            references: before === undefined ? [] : [baseName(before.path)],
            signatures: [],
        };
        const narinfo = narinfoKey(path);
        assert.equal((await bucket.request("PUT", info.url, { body: content })).status, 200);
        assert.equal(await bucket.status("PUT", narinfo, formatNarinfo(signNarinfo(info, secretKey))), 200);
        made.push({ path, narinfo, nar: info.url });
    }
    return made;
}
