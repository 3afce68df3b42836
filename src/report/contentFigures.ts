import { verifyNarinfo } from "../cache/narinfo.ts";
import { isContentAddressed } from "../cache/contentAddress.ts";
import { rootsOf, type Pin } from "../cache/pin.ts";
import { HOST_PINS } from "../cache/pinName.ts";
import { canonicalSha256 } from "../cache/sha256.ts";
import type { Sum } from "../content/ageTally.ts";
import { dayOf } from "../content/ageTally.ts";
import { CacheGraph } from "../content/cacheGraph.ts";
import { Column } from "../content/compact/column.ts";
import { KeyTable } from "../content/compact/keyTable.ts";
import type { ToldNarinfo } from "../content/readNarinfo.ts";
import type { Expiry } from "../content/sizeFit.ts";
import { nodesOf } from "../content/survey.ts";
import type { ListedObject } from "../s3/listing.ts";
import { Closures } from "./closures.ts";
import type { Content, Duplicates, PinRow } from "./figures.ts";
import { Some, Top } from "./top.ts";

const SHOWN = 10;
/** Paths that are visited for all closures together: some seconds. */
const MOST_STEPS = 30_000_000;

/** What a listing and the narinfos come to, in about 450 bytes a path. */
export class ContentFigures {
    readonly graph = new CacheGraph();
    private readonly contents = new KeyTable();
    private readonly firstNar = new Column(Int32Array);
    private readonly unsigned = new Some(SHOWN);
    private readonly broken = new Some(SHOWN);
    private paths = 0;
    private readonly others: number[] = [];
    private readonly trusted: readonly string[];

    constructor(trustedPublicKeys: readonly string[]) {
        this.trusted = trustedPublicKeys;
    }

    narinfo(object: ListedObject, found: ToldNarinfo): void {
        if (found.kind === "gone") return;
        this.paths += 1;
        this.graph.narinfo(object, found);
        if (found.kind === "broken") {
            this.broken.add(`${object.key}: ${found.why}`);
            return;
        }
        const { info } = found;
        if (!verifyNarinfo(info, this.trusted) && !isContentAddressed(info))
            this.unsigned.add(info.storePath);
        const nar = this.graph.findNar(info.url);
        if (nar === undefined) this.broken.add(`${info.storePath}: its URL leads out of the folder nar/`);
        else this.content(canonicalSha256(info.narHash) ?? "", nar);
    }

    /** The same content under another name is there twice; of which size is known when all is listed. */
    private content(narHash: string, nar: number): void {
        const content = this.contents.add(narHash);
        const first = this.firstNar.get(content);
        if (first === 0) this.firstNar.set(content, nar + 1);
        else if (first !== nar + 1) this.others.push(nar);
    }

    /** @param name the store path of a node: a narinfo has to be read for it */
    async told(
        expiry: Expiry,
        { pins, unreadable }: { readonly pins: readonly Pin[]; readonly unreadable: readonly string[] },
        now: Date,
        name: (node: number) => Promise<string>,
    ): Promise<Content> {
        const { graph } = this;
        const outliving = new Some(SHOWN);
        const missing = new Some(SHOWN);
        const wrongSize = new Some(SHOWN);
        const referred = new Uint8Array(graph.size);
        const largest = new Top<number>(SHOWN);
        for (let node = 0; node < graph.size; node++) {
            if (!graph.isPath(node)) continue;
            for (const other of graph.references(node)) referred[other] = 1;
            const nar = graph.nar(node);
            const should = graph.narFileSize(node);
            if (nar !== undefined && !graph.isNarThere(nar)) missing.add(graph.name(node));
            else if (nar !== undefined && should !== undefined && graph.narBytes(nar) !== should)
                wrongSize.add(graph.name(node));
            if (outlives(graph, node, expiry)) outliving.add(graph.name(node));
            largest.add(node, graph.bytes(node) + (nar === undefined ? 0 : graph.narBytes(nar)));
        }
        const closures = new Closures(graph);
        const { pinRows, pinned } = pinFigures(graph, closures, pins, now);
        const { largestClosures, isCut } = closuresOf(graph, closures, referred);
        const named = async (hash: string, why: string) => `${await name(graph.find(hash) ?? 0)}${why}`;
        const brokenNars = [
            ...missing.examples.map((hash) => named(hash, ": its NAR is not there")),
            ...wrongSize.examples.map((hash) =>
                named(hash, ": its NAR has another size than its narinfo says"),
            ),
        ];
        return {
            paths: this.paths,
            unsigned: this.unsigned.told,
            broken: {
                count: this.broken.count + missing.count + wrongSize.count,
                examples: [...this.broken.examples, ...(await Promise.all(brokenNars))].slice(0, SHOWN),
            },
            outliving: {
                count: outliving.count,
                examples: await Promise.all(outliving.examples.map((hash) => named(hash, ""))),
            },
            elsewhere: elsewhere(graph, referred),
            leftOver: leftOver(graph),
            duplicates: this.duplicates(),
            largestPaths: await Promise.all(
                largest.all.map(async ({ item, size: bytes }) => ({ path: await name(item), bytes })),
            ),
            largestClosures: await Promise.all(
                largestClosures.map(async ({ item: { node, paths }, size: bytes }) => ({
                    path: await name(node),
                    paths,
                    bytes,
                })),
            ),
            isClosuresCut: isCut,
            pins: pinRows,
            pinned,
            unreadablePins: unreadable,
        };
    }

    private duplicates(): Duplicates {
        const { graph } = this;
        const shared = { nars: 0, paths: 0, saved: 0 };
        for (let nar = 0; nar < graph.narCount; nar++) {
            const users = graph.narUsers(nar);
            if (users < 2) continue;
            shared.nars += 1;
            shared.paths += users;
            shared.saved += (users - 1) * graph.narBytes(nar);
        }
        const others = new Set(this.others);
        const bytes = [...others].reduce((sum, nar) => sum + graph.narBytes(nar), 0);
        return { shared, twice: { nars: others.size, bytes } };
    }
}

/** Whether a path goes on a later day than what it refers to, or after its NAR. */
function outlives(graph: CacheGraph, node: number, { expireDays, narGraceDays }: Expiry): boolean {
    if (expireDays === 0) return false;
    const day = dayOf(graph.time(node));
    const nar = graph.nar(node);
    if (nar !== undefined && graph.isNarThere(nar) && dayOf(graph.narTime(nar)) + narGraceDays < day)
        return true;
    for (const other of graph.references(node))
        if (graph.isPath(other) && dayOf(graph.time(other)) < day) return true;
    return false;
}

function elsewhere(graph: CacheGraph, referred: Uint8Array): number {
    let count = 0;
    for (let node = 0; node < graph.size; node++) if (referred[node] === 1 && !graph.isPath(node)) count += 1;
    return count;
}

function leftOver(graph: CacheGraph): Sum {
    let objects = 0;
    let bytes = 0;
    for (let nar = 0; nar < graph.narCount; nar++) {
        if (graph.narUsers(nar) > 0 || !graph.isNarThere(nar)) continue;
        objects += 1;
        bytes += graph.narBytes(nar);
    }
    return { objects, bytes };
}

/** Of paths that nobody refers to, the youngest first. */
function closuresOf(graph: CacheGraph, closures: Closures, referred: Uint8Array) {
    const roots: number[] = [];
    for (let node = 0; node < graph.size; node++)
        if (graph.isPath(node) && referred[node] !== 1) roots.push(node);
    roots.sort((a, b) => graph.time(b) - graph.time(a));
    const largest = new Top<{ node: number; paths: number }>(SHOWN);
    const end = closures.steps + MOST_STEPS;
    let done = 0;
    for (; done < roots.length && closures.steps < end; done++) {
        const node = roots[done] ?? 0;
        const { paths, bytes } = closures.walk([node]);
        largest.add({ node, paths }, bytes);
    }
    return { largestClosures: largest.all, isCut: done < roots.length };
}

function pinFigures(graph: CacheGraph, closures: Closures, pins: readonly Pin[], now: Date) {
    const uses = new Int32Array(graph.size);
    const live = pins.flatMap((pin) => {
        const roots = rootsOf(pin, now);
        return roots.length === 0 ? [] : [{ pin, roots, nodes: nodesOf(graph, roots) }];
    });
    const sums = live.map(({ nodes }) =>
        closures.walk(nodes, (node) => (uses[node] = (uses[node] ?? 0) + 1)),
    );
    const pinRows = live.map(({ pin: { name, by }, roots, nodes }, index): PinRow => {
        let alone = 0;
        closures.walk(nodes, (node, bytes) => {
            if (uses[node] === 1) alone += bytes;
        });
        const { paths = 0, bytes = 0 } = sums[index] ?? {};
        const missing = roots.length - nodes.filter((node) => graph.isPath(node)).length;
        const host = name.startsWith(HOST_PINS) ? name.slice(HOST_PINS.length) : null;
        return { name, host, by, paths, bytes, alone, missing };
    });
    return { pinRows, pinned: closures.walk(live.flatMap(({ nodes }) => nodes)) };
}
