import { randomInt } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { daysOf, expiryOf, untilOf } from "../cache/expiryDates.ts";
import type { ObjectKind } from "../cache/objectKind.ts";
import { AgeTally } from "../content/ageTally.ts";
import { Column } from "../content/compact/column.ts";
import { KeyTable } from "../content/compact/keyTable.ts";
import { scan } from "../content/scan.ts";
import type { Cache } from "../s3/bucket.ts";
import type { ListedObject } from "../s3/listing.ts";
import { listObjects } from "../s3/objects.ts";
import { SizeClasses } from "./narSample.ts";

/** Length of a narinfo's name without its ending. */
const HASH = 32;

/** Objects of one kind, by name: when they were written, and how large they are. */
class Table {
    readonly names = new KeyTable();
    private readonly times = new Column(Float64Array);
    private readonly sizes = new Column(Float64Array);
    /** Days that they have, as one that was asked for says. */
    private days: number | undefined;

    add(name: string, { modified, size }: ListedObject): void {
        const number = this.names.add(name);
        this.times.set(number, modified.getTime());
        this.sizes.set(number, size);
    }

    learn(headers: IncomingHttpHeaders): void {
        const modified = new Date(headers["last-modified"] ?? "");
        if (!Number.isNaN(modified.getTime())) this.days ??= daysOf(modified, expiryOf(headers));
    }

    /** undefined: it is not listed, or nobody knows yet how many days it has. */
    find(name: string): { readonly size: number; readonly until: number } | undefined {
        const number = this.names.find(name);
        if (number === undefined || this.days === undefined) return undefined;
        return { size: this.sizes.get(number), until: untilOf(new Date(this.times.get(number)), this.days) };
    }
}

/**
 * What one look through the listing says of a bucket, in about a hundred bytes an
 * object. What it has need not be asked for one by one. What it has not, or not as
 * it must be, is to be asked for: the bucket changes meanwhile.
 *
 * A listing does not say when an object goes, but when it was written: the days
 * are those of one that was asked for.
 */
export class Overview {
    readonly ages = new AgeTally();
    readonly narSizes = new SizeClasses();
    private readonly narinfos = new Table();
    private readonly nars = new Table();

    /**
     * @param cache as who lists it
     * @param asHosts whether that is as hosts read it, so that a NAR that is listed with its metadata can be read by them
     * @throws ServerError as `scan` does
     */
    static async of(cache: Cache, asHosts: boolean): Promise<Overview> {
        const overview = new Overview();
        const pages = listObjects(cache.connection, cache.bucket, { metadata: asHosts });
        await scan(cache, { object: (one, kind) => overview.add(one, kind) }, pages);
        return overview;
    }

    private add(object: ListedObject, kind: ObjectKind): void {
        this.ages.add(object);
        if (kind === "narinfo") this.narinfos.add(object.key.slice(0, HASH), object);
        if (kind !== "nar") return;
        this.narSizes.add(object.size);
        if (object.isPlain === true) this.nars.add(object.key, object);
    }

    /** Learns from a narinfo that was asked for how many days they have. */
    sawNarinfo(headers: IncomingHttpHeaders): void {
        this.narinfos.learn(headers);
    }

    /** The same of NARs. */
    sawNar(headers: IncomingHttpHeaders): void {
        this.nars.learn(headers);
    }

    /** When a narinfo goes, in milliseconds since 1970; Infinity: never; undefined: it is to be asked for. */
    narinfoUntil(key: string): number | undefined {
        return this.narinfos.find(key.slice(0, HASH))?.until;
    }

    /** Bytes of a NAR's file and when it goes; undefined: it is to be asked for. */
    nar(url: string): { readonly size: number; readonly until: number } | undefined {
        return this.nars.find(url);
    }

    /** Names of all narinfos, or of so many by chance. */
    *narinfoKeys(sample = Infinity): Generator<string> {
        const { names } = this.narinfos;
        if (sample >= names.size) {
            for (let number = 0; number < names.size; number++) yield `${names.key(number)}.narinfo`;
            return;
        }
        const drawn = new Set<number>();
        while (drawn.size < sample) drawn.add(randomInt(names.size));
        for (const number of drawn) yield `${names.key(number)}.narinfo`;
    }
}
