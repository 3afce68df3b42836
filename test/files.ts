import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Lot } from "./lots.ts";

/** Changes by hand, faults and what heals them: about as long as all other end-to-end tests. */
const IS_OF_REPAIR = /^(drift|faults|heal)/;

/** Sources and unit tests: no server, no engine. */
export function quickFiles(): string[] {
    return ["checks", "unit"].flatMap(filesIn);
}

/** The end-to-end tests, in two lots that share nothing and may run at the same time. */
export function endToEndLots(): Lot[] {
    const files = filesIn("e2e");
    const isOfRepair = (file: string) => IS_OF_REPAIR.test(basename(file));
    return [
        {
            title: "End to end: what is broken is seen and put right",
            files: files.filter(isOfRepair),
        },
        {
            title: "End to end: all else",
            files: files.filter((file) => !isOfRepair(file)),
        },
    ];
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
