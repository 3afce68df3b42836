import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The text of a file that is a part of this program and no module: the program may run
 * from its sources, or from what is built of them, deeper in the same folder.
 *
 * @param path relative to the program's folder, where package.json is
 */
export function ownFile(path: string): string {
    let folder = import.meta.dirname;
    while (!existsSync(join(folder, "package.json")) && folder !== dirname(folder)) folder = dirname(folder);
    return readFileSync(join(folder, path), "utf8");
}
