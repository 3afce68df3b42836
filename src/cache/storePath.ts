import { STORE_DIR } from "./nar.ts";
import { isStoreName } from "./storeName.ts";

/** Whether this is the full path of a store object: no file within one, no link to one. */
export function isStorePath(text: string): boolean {
    return text.startsWith(`${STORE_DIR}/`) && isStoreName(baseName(text));
}

/** What stands after `/nix/store/`. No two paths share it, and it is a file name of at most 244 bytes. */
export function baseName(storePath: string): string {
    return storePath.slice(STORE_DIR.length + 1);
}

/** The full path of a base name; full paths are left as they are. */
export function fullPath(name: string): string {
    return name.startsWith("/") ? name : `${STORE_DIR}/${name}`;
}

/** Name of a store path's narinfo in a binary cache: its hash and `.narinfo`. */
export function narinfoKey(storePath: string): string {
    return `${baseName(storePath).slice(0, 32)}.narinfo`;
}

/** Name of the listing of a store path's files in a binary cache (`nix store ls`): its hash and `.ls`. */
export function listingKey(storePath: string): string {
    return `${baseName(storePath).slice(0, 32)}.ls`;
}
