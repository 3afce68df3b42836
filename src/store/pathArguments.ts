import { lstatSync, readlinkSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { STORE_DIR } from "../cache/nar.ts";
import { shown } from "../cache/problem.ts";
import { fullPath, isStorePath } from "../cache/storePath.ts";
import { isStoreName } from "../cache/storeName.ts";
import { UsageError } from "../cache/usageError.ts";

/** As many as Linux follows. */
const MAX_LINKS = 40;

/**
 * The store path that somebody means: a store path, a file in one, a link that
 * leads into one (`./result`, `./result/bin/x`, a profile, /run/current-system), or
 * what stands after `/nix/store/`.
 *
 * Links are followed up to the first store path, as Nix does: what that leads to
 * is in its closure. It need not be on this disk, since a store may have its root
 * elsewhere.
 *
 * @throws UsageError, one line that says what to type, where it is none
 */
export function storePathOf(given: string): string {
    if (isStoreName(given)) return fullPath(given);
    if (given !== "") {
        const path = follow(resolve(given));
        if (typeof path !== "string") throw notThere(given);
        if (isStorePath(path)) return path;
        if (isThere(given))
            throw new UsageError(
                `${shown(given)} is not in ${STORE_DIR}; give a store path, or a link to one such as ./result`,
            );
    }
    throw notThere(given);
}

/** Where a path leads, up to the store path on its way; undefined: to nowhere. */
function follow(path: string): string | undefined {
    let at: string = sep;
    const names = path.split(sep).filter(Boolean);
    for (let links = 0, name = names.shift(); name !== undefined; name = names.shift()) {
        const next = join(at, name);
        if (isStorePath(next)) return next;
        const stats = lstat(next);
        // What is not there cannot be a link; nor can what is below it.
        if (stats?.isSymbolicLink() !== true) {
            at = next;
            continue;
        }
        if (++links > MAX_LINKS) return undefined;
        const target = resolve(at, readlinkSync(next));
        names.unshift(...target.split(sep).filter(Boolean));
        at = sep;
    }
    return at;
}

function lstat(path: string) {
    try {
        return lstatSync(path, { throwIfNoEntry: false });
    } catch {
        // Below a file, or where this user may not look.
        return undefined;
    }
}

function isThere(path: string): boolean {
    return lstat(path) !== undefined;
}

function notThere(given: string): UsageError {
    if (given.includes("#") || /^(flake:|github:|gitlab:|git\+|path:|nixpkgs$)/.test(given))
        return new UsageError(
            `${shown(given)} names what can be built; push what it makes: nix build --no-link --print-out-paths ${shown(given)} | nix-cache push -`,
        );
    return new UsageError(
        `${shown(given)} is not there; give a store path, or a link to one such as ./result`,
    );
}
