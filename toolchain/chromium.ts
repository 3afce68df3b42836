import { join } from "node:path";
import { aptInstall, canInstall } from "./apt.ts";
import { during, type Say } from "../src/system/progress.ts";
import { executable, pathFolders } from "./search.ts";

/** The names that distributions give it. */
const COMMANDS = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/**
 * A Chromium for the tests: on PATH, else installed with apt where that is
 * possible without asking (Debian, as root).
 *
 * @returns undefined when there is none, which is no error
 */
export async function findChromium(say: Say): Promise<string | undefined> {
    const there = onPath();
    if (there !== undefined || !canInstall()) return there;
    await during(say, "Installing Debian's chromium", aptInstall("chromium"));
    return onPath();
}

function onPath(): string | undefined {
    return pathFolders()
        .flatMap((folder) => COMMANDS.map((command) => join(folder, command)))
        .find((file) => executable(file) !== undefined);
}
