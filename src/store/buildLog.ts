import { statSync } from "node:fs";
import { join } from "node:path";
import { baseName } from "../cache/storePath.ts";
import { inStore, timeLimitMs, type Nix } from "./nix.ts";
import { nixStream } from "./nixStream.ts";
import { storeFolders } from "./storePlace.ts";

/** A build's log in the local store. */
export interface BuildLog {
    /** Full store path of the derivation. */
    readonly deriver: string;
    /** Bytes of its file, which Nix mostly compresses. */
    readonly size: number;
}

/**
 * The log of a build, where this machine's store has one: what was built
 * elsewhere has none here.
 *
 * Source: `local-fs-store.cc`, `getBuildLogExact`: `drvs/XX/REST`, or in older
 * stores `drvs/XXREST`, plain or with `.bz2`.
 *
 * @param deriver full store path of the derivation; it need not be in the store any more
 */
export function buildLogOf(nix: Nix, deriver: string): BuildLog | undefined {
    const folder = storeFolders(nix)?.logs;
    if (folder === undefined) return undefined;
    const name = baseName(deriver);
    for (const place of [join(name.slice(0, 2), name.slice(2)), name])
        for (const ending of ["", ".bz2"]) {
            const size = sizeOf(join(folder, "drvs", `${place}${ending}`));
            if (size !== undefined) return { deriver, size };
        }
    return undefined;
}

/**
 * What a build has written, as Nix reads it: Node.js cannot undo bzip2, and a
 * process for each log costs less than JavaScript that does (docs/design.md).
 *
 * @throws PathError or MachineError with what Nix said
 */
export function readBuildLog(nix: Nix, { deriver, size }: BuildLog): AsyncGenerator<Buffer> {
    const args = ["--read-log", ...inStore(nix), deriver];
    // bzip2 packs what a loop writes to a thousandth.
    return nixStream(
        nix,
        "nix-store",
        "nix-store --read-log",
        args,
        timeLimitMs(size * 1000, nix.patienceMs),
    );
}

/** @returns undefined where there is no such file, or this user may not see it */
function sizeOf(file: string): number | undefined {
    try {
        const stat = statSync(file);
        return stat.isFile() ? stat.size : undefined;
    } catch {
        return undefined;
    }
}
