import { readdirSync, type Dirent } from "node:fs";
import { join } from "node:path";

/** A file with debug information in a path. */
export interface DebugFile {
    /** 40 hexadecimal digits. */
    readonly buildId: string;
    /** Where in the path it is. */
    readonly member: string;
}

const FOLDER = "lib/debug/.build-id";

/**
 * Files with debug information by build ID, as nixpkgs' `separateDebugInfo` lays
 * them. Links are no such files. Source: `binary-cache-store.cc`, `index-debug-info`.
 *
 * @param place where the path is on the disk
 */
export function debugFiles(place: string): DebugFile[] {
    return entries(join(place, FOLDER))
        .filter((one) => one.isDirectory() && /^[0-9a-f]{2}$/.test(one.name))
        .flatMap(({ name: start }) =>
            entries(join(place, FOLDER, start))
                .filter((one) => one.isFile() && /^[0-9a-f]{38}\.debug$/.test(one.name))
                .map(({ name }) => ({
                    buildId: `${start}${name.slice(0, 38)}`,
                    member: `${FOLDER}/${start}/${name}`,
                })),
        );
}

/** None where there is no such folder, or it cannot be read: the path's NAR says more of that. */
function entries(folder: string): Dirent[] {
    try {
        return readdirSync(folder, { withFileTypes: true });
    } catch {
        return [];
    }
}
