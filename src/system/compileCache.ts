import { existsSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cacheFolder.ts";

/**
 * Lets Node.js keep what it makes of each module that is loaded from here on: TypeScript
 * without its types, and compiled code. Pulumi's SDK alone takes half a second without it.
 *
 * Code is run from what is kept. So nothing is kept, or read, where another user can
 * change the folder or put another in its place: root in the home folder of somebody else.
 */
export function keepCompiled(): void {
    try {
        const folder = join(cacheFolder(), "compiled");
        if (!isOwn(existingPart(folder))) return;
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        if (isOwn(realpathSync(folder))) enableCompileCache(folder);
    } catch {
        // A home folder that cannot be written, or is none, or a user that has no entry. All works without it.
    }
}

/** The part of a path that is there, without links. */
function existingPart(path: string): string {
    return existsSync(path) ? realpathSync(path) : existingPart(dirname(path));
}

/** Whether nobody but this user, and root, can change a folder or a folder above it. */
function isOwn(folder: string): boolean {
    const { uid, mode } = statSync(folder);
    const self = process.getuid?.();
    if (self === undefined) return true;
    const above = dirname(folder);
    // In a folder as /tmp, others make files and do not replace this user's.
    const isClosed = (mode & 0o022) === 0 || (mode & 0o1000) !== 0;
    return [0, self].includes(uid) && isClosed && (above === folder || isOwn(above));
}
