import { expiryOf } from "../cache/expiryDates.ts";
import type { NarInfo } from "../cache/narinfo.ts";
import { isPlainNarUrl } from "../cache/narUrl.ts";
import { shown } from "../cache/problem.ts";
import { canonicalSha256 } from "../cache/sha256.ts";
import type { Connection, Head } from "../s3/connection.ts";
import { send } from "../s3/request.ts";
import { Gate } from "./gate.ts";
import type { NarSample } from "./narSample.ts";
import type { Overview } from "./overview.ts";
import { mostBytes, readNar, type ReadNar } from "./narReader.ts";
import { Remembered } from "../content/remembered.ts";

/** NARs read at the same time: each may need tens of megabytes to be unpacked. */
const READ_AT_ONCE = 4;

/** What a narinfo's NAR was found to be. */
export interface NarResult {
    readonly failures: readonly string[];
    readonly warnings: readonly string[];
    /** Whether the failure is one of the answer, and the NAR may be as it should. Default: no. */
    readonly isAnswer?: true;
    /** When it goes, in milliseconds; Infinity: never. Only where it is there. */
    readonly until?: number;
    /** What was compared: its NarHash; the hash of its file alone; nothing, since it was not or could not be read. */
    readonly proven: "nar" | "file" | "nothing";
}

/** How NARs are looked at. */
export interface NarLook {
    /** Which are read; `all`, or only asked for their sizes. */
    readonly read: "all" | "none" | NarSample;
    /** Called with the bytes that have come. */
    readonly count: (bytes: number) => void;
    /** What a listing says of those that are not read. Default: each is asked for. */
    readonly overview?: Overview;
}

/** Looks at NARs. One that several paths share is read once. */
export class Nars {
    private readonly known = new Remembered<Promise<ReadNar>>();
    private readonly gate = new Gate(READ_AT_ONCE);
    private readonly from: Connection;
    private readonly bucket: string;
    private readonly look: NarLook;

    constructor(from: Connection, bucket: string, look: NarLook) {
        this.from = from;
        this.bucket = bucket;
        this.look = look;
    }

    async check(info: NarInfo): Promise<NarResult> {
        if (!isPlainNarUrl(info.url))
            return failed(`its URL leads out of the cache's folder nar/: ${shown(info.url)}`);
        const { url, compression, narSize } = info;
        const should = info.fileSize ?? (compression === "none" ? narSize : undefined);
        const name = [url, compression, narSize, should].join(" ");
        const nar = await Remembered.of(this.known, name, () => this.lookAt(info, should));
        if (nar.status !== 200) {
            const wrong = failed(`its NAR ${url} answered ${nar.status}`);
            return isOfContent(nar.status) ? wrong : { ...wrong, isAnswer: true };
        }
        if (nar.isTooLarge === true) return failed(`its NAR ${url} is larger than its narinfo says`);
        if (nar.broken !== undefined) return failed(`its NAR ${url} ${nar.broken}`);
        if (should !== undefined && (nar.size ?? should) !== should)
            return failed(`its NAR ${url} has ${nar.size} bytes, should have ${should}`);
        if ((nar.size ?? 0) > mostBytes(narSize))
            return failed(`its NAR ${url} has ${nar.size} bytes, which is more than the NAR in it`);
        return { ...compared(info, nar), until: nar.until ?? expiryOf(nar.headers) };
    }

    private async lookAt(info: NarInfo, should: number | undefined): Promise<ReadNar> {
        const path = `/${this.bucket}/${info.url}`;
        const { read, count, overview } = this.look;
        if (read === "none" || (read !== "all" && !read.takes(should ?? info.narSize))) {
            const listed = overview?.nar(info.url);
            if (listed !== undefined && (should === undefined || listed.size === should))
                return { status: 200, headers: {}, ...listed };
            const head = await send(this.from, { method: "HEAD", path, kind: "short" });
            if (head.status === 200) overview?.sawNar(head.headers);
            return sizeOnly(head);
        }
        const { compression, narSize } = info;
        const request = { path, compression, narSize, ...(should === undefined ? {} : { fileSize: should }) };
        return this.gate.through(() => readNar(this.from, request, count));
    }
}

/**
 * Whether an answer says that an object itself is not as it must be: it is gone, or
 * encrypted with somebody's own key. Others say that it may not be read, or that the server is not able to.
 */
export function isOfContent(status: number): boolean {
    return status === 404 || status === 400;
}

function sizeOnly({ status, headers }: Head): ReadNar {
    const { "content-length": length } = headers;
    return { status, headers, ...(length === undefined ? {} : { size: Number(length) }) };
}

function compared(info: NarInfo, { nar, fileHash }: ReadNar): Omit<NarResult, "until"> {
    const { url } = info;
    const file = info.fileHash === undefined ? undefined : canonicalSha256(info.fileHash);
    const isFile = file === undefined || fileHash === undefined ? undefined : file === fileHash;
    if (nar !== undefined) {
        if (nar.size !== info.narSize || nar.hash !== canonicalSha256(info.narHash))
            return failed(`its NAR ${url} is not the one that was signed (NarHash)`);
        // Nix compares the NAR alone.
        const warnings =
            isFile === false ? [`its FileHash is not that of ${url}; hosts take it all the same`] : [];
        return { failures: [], warnings, proven: "nar" };
    }
    if (isFile === false) return failed(`its NAR ${url} is not the file that was pushed (FileHash)`);
    return { failures: [], warnings: [], proven: isFile === true ? "file" : "nothing" };
}

function failed(wrong: string): NarResult {
    return { failures: [wrong], warnings: [], proven: "nothing" };
}
