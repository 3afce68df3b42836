// Plain JavaScript for Node 18 and newer: node.mjs asks this before anything else is there.
import { lstatSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Whether node_modules is missing, or older than package-lock.json. A link is as
 * its owner has it: npm ci would empty the folder that it leads to.
 */
export function packagesAreOld() {
    if (lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) return false;
    const changed = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    // npm writes this file last, so an interrupted installation counts as none.
    return changed("node_modules/.package-lock.json") < changed("package-lock.json");
}
