import { readdirSync } from "node:fs";
import { MachineError } from "../cache/faults.ts";
import { fullPath, isStorePath } from "../cache/storePath.ts";
import type { Nix } from "../store/nix.ts";
import { requireNix } from "../store/nix.ts";
import { storeFolder } from "../store/storePlace.ts";
import { validPaths } from "../store/validPaths.ts";
import { UserError } from "../cache/problem.ts";
import type { Broken } from "./broken.ts";
import { hashOf } from "./doomed.ts";

/** What this machine's store has of what is broken. */
export interface LocalPaths {
    /** Full store paths that are valid here. */
    readonly valid: ReadonlySet<string>;
    /** Store paths of narinfos that do not say theirs, by object name. */
    readonly named: ReadonlyMap<string, string>;
}

/**
 * Asks this machine's store for the paths of broken narinfos, and for what they
 * refer to and is nowhere. A narinfo that does not say its path has the hash of it
 * as its name, by which the store's folder has it.
 *
 * @returns nothing where this machine has no Nix
 * @throws MachineError when Nix cannot say
 */
export async function localPaths(nix: Nix, broken: readonly Broken[]): Promise<LocalPaths> {
    if (broken.length === 0 || !hasNix(nix)) return { valid: new Set(), named: new Map() };
    const nameless = new Set(broken.filter(({ path }) => path === undefined).map(({ key }) => hashOf(key)));
    const named = nameless.size === 0 ? new Map<string, string>() : namesIn(nix, nameless);
    const wanted = new Set([
        ...broken.flatMap(({ path }) => path ?? []),
        ...broken.flatMap(({ missing }) => missing.map(fullPath)),
        ...named.values(),
    ]);
    const valid = await validPaths(nix, [...wanted]);
    return { valid: new Set(valid.map(({ path }) => path)), named };
}

function hasNix(nix: Nix): boolean {
    try {
        requireNix(nix);
        return true;
    } catch (error) {
        if (error instanceof UserError) return false;
        throw error;
    }
}

/** @returns store paths by object names of their narinfos */
function namesIn(nix: Nix, hashes: ReadonlySet<string>): Map<string, string> {
    const folder = storeFolder(nix);
    if (folder === undefined) return new Map();
    try {
        const found = readdirSync(folder)
            .filter((name) => hashes.has(hashOf(name)))
            .map(fullPath)
            .filter(isStorePath);
        return new Map(found.map((path) => [`${hashOf(path)}.narinfo`, path]));
    } catch (error) {
        throw new MachineError(`${folder} cannot be read: ${(error as Error).message}`);
    }
}
