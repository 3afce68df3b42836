import { readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { STORE_DIR } from "../cache/nar.ts";
import { UserError } from "../cache/problem.ts";
import { isStorePath } from "../cache/storePath.ts";
import { systemErrorWords } from "../system/systemError.ts";

/** Folders below the given one that are looked into: profiles of users are two below. */
const DEPTH = 4;

/**
 * The store paths that links in a folder lead to, those of folders below it among
 * them: `/nix/var/nix/profiles`, `/nix/var/nix/gcroots`. A link that leads to
 * nowhere, or out of the store, is none of them.
 *
 * @returns full store paths, each once
 * @throws UserError when the folder itself cannot be read
 */
export function localRoots(folder: string): string[] {
    const found = new Set<string>();
    look(folder, DEPTH, found);
    return [...found];
}

function look(folder: string, depth: number, found: Set<string>): void {
    for (const entry of entriesOf(folder, depth === DEPTH)) {
        const at = join(folder, entry.name);
        if (entry.isSymbolicLink()) {
            const path = storePathBehind(at);
            if (path !== undefined) found.add(path);
        } else if (entry.isDirectory() && depth > 0) look(at, depth - 1, found);
    }
}

function entriesOf(folder: string, isFirst: boolean) {
    try {
        return readdirSync(folder, { withFileTypes: true });
    } catch (error) {
        // Another user's.
        if (!isFirst) return [];
        throw new UserError(`${folder} cannot be read: ${systemErrorWords(error)}`, { cause: error });
    }
}

/** The store path that a link leads into. */
function storePathBehind(link: string): string | undefined {
    try {
        const real = realpathSync(link);
        const top = real.split("/").slice(0, 4).join("/");
        return real.startsWith(`${STORE_DIR}/`) && isStorePath(top) ? top : undefined;
    } catch {
        return undefined;
    }
}
