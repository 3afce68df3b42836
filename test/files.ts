import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Lot } from "./lots.ts";

/** End-to-end test files of one process: few enough that the last lots end at about the same time. */
const LOT_FILES = 5;

/** Sources and unit tests: no server, no engine. */
export function quickFiles(): string[] {
    return ["checks", "unit"].flatMap(filesIn);
}

/** The end-to-end tests, in lots that share nothing, so that some may run at the same time. */
export function endToEndLots(): Lot[] {
    const files = filesIn("e2e");
    const count = Math.ceil(files.length / LOT_FILES);
    return Array.from({ length: count }, (_, index) => ({
        title: `End to end, ${index + 1} of ${count}`,
        files: files.slice(index * LOT_FILES, (index + 1) * LOT_FILES),
    }));
}

/** Every test file. */
export function allFiles(): string[] {
    return [...quickFiles(), ...endToEndLots().flatMap(({ files }) => files)];
}

/** Its test files, and those of the folders in it. */
function filesIn(folder: string): string[] {
    return readdirSync(join(import.meta.dirname, folder), { encoding: "utf8", recursive: true })
        .filter((file) => file.endsWith(".test.ts"))
        .sort()
        .map((file) => join(import.meta.dirname, folder, file));
}
