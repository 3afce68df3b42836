import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { NixSandbox } from "../sandbox/nixCommand.ts";
import type { Content } from "./content.ts";
import { importPaths, pathOf, type Made } from "./importing.ts";
import { SMALL_BYTES, type Shape, type Sizes } from "./sizes.ts";

/** What is pushed: store paths, each with all that it refers to. */
export interface Closures {
    readonly small: string;
    /** As {@link small} without its last tenth. */
    readonly nine: string;
    readonly fewer: string;
    readonly large: string;
    readonly medium: string;
    /** Paths that refer to nothing. */
    readonly queued: readonly string[];
}

/** Names of the paths that refer to all others of their closure. */
const TOPS = {
    small: "small",
    nine: "small-nine-tenths",
    fewer: "fewer",
    large: "large",
    medium: "medium",
} as const;

/** Makes all closures in a store. @param root folder in which the store's /nix is made */
export async function makeClosures(
    nix: NixSandbox,
    root: string,
    content: Content,
    sizes: Sizes,
): Promise<Closures> {
    mkdirSync(root, { recursive: true });
    await importPaths(nix, root, all(join(nix.dir, "content"), content, sizes));
    const [small, nine, fewer, large, medium] = Object.values(TOPS).map(pathOf) as [
        string,
        string,
        string,
        string,
        string,
    ];
    return { small, nine, fewer, large, medium, queued: leaves("queued", sizes.queued).map(pathOf) };
}

function* all(folder: string, content: Content, sizes: Sizes): Generator<Made> {
    let number = 0;
    const small = function* (names: readonly string[]): Generator<Made> {
        for (const name of names) yield { name, content: content.bytes(number++, SMALL_BYTES) };
    };
    const many = leaves("small", sizes.small - 1);
    yield* small(many);
    yield top(TOPS.small, many);
    yield top(TOPS.nine, many.slice(0, Math.floor(many.length * 0.9)));
    const fewer = leaves("fewer", sizes.fewer - 1);
    yield* small(fewer);
    yield top(TOPS.fewer, fewer);
    yield* small(leaves("queued", sizes.queued));
    for (const name of ["large", "medium"] as const) {
        yield* big(name, sizes[name], folder, content);
        yield top(TOPS[name], leaves(name, sizes[name].paths - 1));
    }
}

/** As in a real closure a few paths have most of the bytes: each has three quarters of what the one before has. */
function* big(name: string, { paths, bytes }: Shape, folder: string, content: Content): Generator<Made> {
    const names = leaves(name, paths - 1);
    const weights = names.map((_, n) => 0.75 ** n);
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [n, leaf] of names.entries()) {
        content.fill(folder, leaf, Math.round((bytes * (weights[n] ?? 0)) / whole));
        yield { name: leaf, content: folder };
        // It was read to its end before the next one is asked for.
        rmSync(folder, { recursive: true });
    }
}

function leaves(name: string, count: number): string[] {
    return Array.from({ length: count }, (_, n) => `${name}-${n}`);
}

function top(name: string, names: readonly string[]): Made {
    const references = names.map(pathOf);
    return { name, content: Buffer.from(`${references.join("\n")}\n`), references };
}
