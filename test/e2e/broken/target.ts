import assert from "node:assert/strict";
import { formatNarinfo, parseNarinfo, signNarinfo, type NarInfo } from "../../../src/cache/narinfo.ts";
import { narinfoKey } from "../../../src/cache/storePath.ts";
import type { Bucket } from "../objects.ts";

type Headers = Readonly<Record<string, string>>;

/** One path of a cache that is to be broken: its objects, and the means of somebody who may do anything. */
export class Target {
    /** Full store path. */
    readonly path: string;
    /** The narinfo's object name. */
    readonly key: string;
    /** What its narinfo said when it was whole. */
    readonly info: NarInfo;
    /** The NAR's file as it was. */
    readonly nar: Buffer;
    private readonly admin: Bucket;
    private readonly secretKey: string;

    private constructor(path: string, info: NarInfo, nar: Buffer, admin: Bucket, secretKey: string) {
        this.path = path;
        this.key = narinfoKey(path);
        this.info = info;
        this.nar = nar;
        this.admin = admin;
        this.secretKey = secretKey;
    }

    static async of(path: string, admin: Bucket, secretKey: string): Promise<Target> {
        const info = parseNarinfo(String(await admin.read(narinfoKey(path))));
        const nar = await admin.request("GET", info.url);
        assert.equal(nar.status, 200, path);
        return new Target(path, info, nar.body, admin, secretKey);
    }

    async put(key: string, body: Buffer | string, headers: Headers = {}): Promise<void> {
        const answer = await this.admin.request("PUT", key, { body, headers });
        assert.equal(answer.status, 200, `${key}: ${answer.body.toString()}`);
    }

    putNar(body: Buffer | string, headers: Headers = {}): Promise<void> {
        return this.put(this.info.url, body, headers);
    }

    putNarinfo(text: Buffer | string, headers: Headers = {}): Promise<void> {
        return this.put(this.key, text, headers);
    }

    async remove(key: string): Promise<void> {
        assert.equal(await this.admin.status("DELETE", key), 204);
    }

    /** The narinfo's text with a change that nobody signed. */
    text(change: Partial<NarInfo> = {}): string {
        return formatNarinfo({ ...this.info, ...change });
    }

    /** The same, signed anew with the cache's own key. */
    signed(change: Partial<NarInfo>): string {
        return formatNarinfo(signNarinfo({ ...this.info, ...change, signatures: [] }, this.secretKey));
    }
}

/** One bit of a file's middle turned over. */
export function flipped(file: Buffer): Buffer {
    const other = Buffer.from(file);
    const at = Math.floor(file.length / 2);
    other[at] = (other[at] ?? 0) ^ 1;
    return other;
}
