import type { NarInfo } from "../cache/narinfo.ts";
import { isPlainNarUrl } from "../cache/narUrl.ts";
import type { ObjectKind } from "../cache/objectKind.ts";
import type { ListedObject } from "../s3/listing.ts";
import { Column } from "./compact/column.ts";
import { KeyTable } from "./compact/keyTable.ts";
import type { ToldNarinfo } from "./readNarinfo.ts";

/** What an object that stands for itself has; a path has these of its narinfo. */
const NARINFO = 1;
const LISTING = 2;
const LOOSE = 4;

/**
 * What is in a cache and what refers to what, in about 300 bytes a path. Nodes
 * are store paths, by their hashes, and what stands for itself (logs, build
 * traces, debug info), by object names; NARs are beside them, since several
 * paths may share one. A path that is referred to and is not here is a node too.
 */
export class CacheGraph {
    private readonly nodes = new KeyTable();
    private readonly has = new Column(Uint8Array);
    private readonly times = new Column(Float64Array);
    private readonly sizes = new Column(Float64Array);
    private readonly narOf = new Column(Int32Array);
    private readonly narSizes = new Column(Float64Array);
    private readonly firstReference = new Column(Float64Array);
    private readonly referenceCount = new Column(Int32Array);
    private readonly allReferences = new Column(Int32Array);
    private referencesSoFar = 0;

    private readonly nars = new KeyTable();
    private readonly narThere = new Column(Uint8Array);
    private readonly narTimes = new Column(Float64Array);
    private readonly narBytesThere = new Column(Float64Array);
    private readonly narUses = new Column(Int32Array);

    /** Number of nodes; they are counted from 0. */
    get size(): number {
        return this.nodes.size;
    }

    /** Number of NARs; they are counted from 0. */
    get narCount(): number {
        return this.nars.size;
    }

    /** Enters an object that a listing names. Narinfos are entered by {@link narinfo}; pins and the stack's own are no part of it. */
    object({ key, size, modified }: ListedObject, kind: ObjectKind): void {
        if (kind === "nar") {
            const nar = this.nars.add(key);
            this.narThere.set(nar, 1);
            this.narTimes.set(nar, modified.getTime());
            this.narBytesThere.set(nar, size);
        } else if (kind === "listing") {
            const node = this.nodes.add(key.slice(0, 32));
            if (this.hasFlag(node, LISTING)) return;
            this.has.set(node, this.has.get(node) | LISTING);
            this.sizes.add(node, size);
            if (!this.hasFlag(node, NARINFO)) this.times.set(node, modified.getTime());
        } else if (kind === "log" || kind === "realisation" || kind === "debuginfo") {
            const node = this.nodes.add(key);
            this.has.set(node, LOOSE);
            this.times.set(node, modified.getTime());
            this.sizes.set(node, size);
        }
    }

    /** Enters a narinfo. One that was entered before is replaced: it was written anew. */
    narinfo({ key, size, modified }: ListedObject, found: ToldNarinfo): void {
        if (found.kind === "gone") return;
        const node = this.nodes.add(key.slice(0, 32));
        if (!this.hasFlag(node, NARINFO)) this.sizes.add(node, size);
        this.has.set(node, this.has.get(node) | NARINFO);
        this.times.set(node, modified.getTime());
        const info = found.kind === "read" ? found.info : undefined;
        this.use(node, info);
        this.refer(node, info?.references ?? []);
    }

    private use(node: number, info: NarInfo | undefined): void {
        const before = this.narOf.get(node);
        if (before !== 0) this.narUses.add(before - 1, -1);
        const nar = info === undefined || !isPlainNarUrl(info.url) ? undefined : this.nars.add(info.url);
        if (nar !== undefined) this.narUses.add(nar, 1);
        this.narOf.set(node, nar === undefined ? 0 : nar + 1);
        const size = info?.fileSize ?? (info?.compression === "none" ? info.narSize : undefined);
        this.narSizes.set(node, size === undefined ? 0 : size + 1);
    }

    private refer(node: number, references: readonly string[]): void {
        this.firstReference.set(node, this.referencesSoFar);
        const others = [...new Set(references.map((name) => this.nodes.add(name.slice(0, 32))))];
        for (const other of others) if (other !== node) this.allReferences.set(this.referencesSoFar++, other);
        this.referenceCount.set(node, this.referencesSoFar - this.firstReference.get(node));
    }

    /** Notes that a node's own objects were removed. */
    removed(node: number): void {
        this.use(node, undefined);
        this.has.set(node, 0);
        this.sizes.set(node, 0);
        this.referenceCount.set(node, 0);
    }

    /** Notes that a NAR was removed. */
    narRemoved(nar: number): void {
        this.narThere.set(nar, 0);
        this.narBytesThere.set(nar, 0);
    }

    private hasFlag(node: number, flag: number): boolean {
        return (this.has.get(node) & flag) !== 0;
    }

    /** The node of a store path's hash, or of an object's name; undefined: nothing names it. */
    find(name: string): number | undefined {
        return this.nodes.find(name);
    }

    /** Whether any object of a node is in the cache. */
    isThere(node: number): boolean {
        return this.has.get(node) !== 0;
    }

    /** Whether a node is a path whose narinfo is in the cache. */
    isPath(node: number): boolean {
        return this.hasFlag(node, NARINFO);
    }

    /** When a node's narinfo, or what it has instead, was written or renewed last, in milliseconds since 1970. */
    time(node: number): number {
        return this.times.get(node);
    }

    /** Bytes of a node's own objects, its NAR not among them. */
    bytes(node: number): number {
        return this.sizes.get(node);
    }

    /** A path's hash, or an object's name. */
    name(node: number): string {
        return this.nodes.key(node);
    }

    /** A node's objects but its NAR: what makes a path visible first. */
    objects(node: number): string[] {
        const name = this.name(node);
        if (this.hasFlag(node, LOOSE)) return [name];
        return [
            ...(this.hasFlag(node, NARINFO) ? [`${name}.narinfo`] : []),
            ...(this.hasFlag(node, LISTING) ? [`${name}.ls`] : []),
        ];
    }

    /** What a path refers to, without itself; each may be missing. */
    *references(node: number): Generator<number> {
        const first = this.firstReference.get(node);
        const end = first + this.referenceCount.get(node);
        for (let place = first; place < end; place++) yield this.allReferences.get(place);
    }

    /** How many those are. */
    referencesOf(node: number): number {
        return this.referenceCount.get(node);
    }

    /** One of them, counted from 0. */
    reference(node: number, index: number): number {
        return this.allReferences.get(this.firstReference.get(node) + index);
    }

    /** The NAR of a path; undefined: its narinfo names none. */
    nar(node: number): number | undefined {
        const nar = this.narOf.get(node);
        return nar === 0 ? undefined : nar - 1;
    }

    /** Bytes that the file of a path's NAR must have; undefined: its narinfo does not say. */
    narFileSize(node: number): number | undefined {
        const size = this.narSizes.get(node);
        return size === 0 ? undefined : size - 1;
    }

    /** The NAR of an object's name. */
    findNar(url: string): number | undefined {
        return this.nars.find(url);
    }

    isNarThere(nar: number): boolean {
        return this.narThere.get(nar) !== 0;
    }

    narTime(nar: number): number {
        return this.narTimes.get(nar);
    }

    /** Bytes of a NAR's file; 0 where there is none. */
    narBytes(nar: number): number {
        return this.narBytesThere.get(nar);
    }

    /** How many paths have this NAR. */
    narUsers(nar: number): number {
        return this.narUses.get(nar);
    }

    /** A NAR's object name. */
    narUrl(nar: number): string {
        return this.nars.key(nar);
    }
}
