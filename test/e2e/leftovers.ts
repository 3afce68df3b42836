import { existsSync, readdirSync } from "node:fs";
import { removeStore } from "../../sandbox/nixCommand.ts";
import { commandLine, descendants } from "./faults/processTree.ts";

/**
 * Ends all that this run has started and removes its folder, at once and for
 * good: what is in there is of no use to anybody, and an engine that was asked
 * to stop would go on writing to it. For the exit of the run, so without waiting.
 *
 * @param folder has a random name, so that only processes of this run name it
 */
export function leaveNothing(folder: string): void {
    // An engine that is killed leaves its plugins behind, and may just have started one more.
    for (let round = 0; round < 5; round++) {
        const alive = existsSync("/proc") ? processesOf(folder) : [];
        if (alive.length === 0) break;
        for (const pid of alive) kill(pid);
    }
    removeStore(folder);
}

function processesOf(folder: string): number[] {
    const named = readdirSync("/proc")
        .map(Number)
        .filter((pid) => pid > 0 && pid !== process.pid && commandLine(pid).includes(folder));
    // One that has ended, and was not waited for yet, has no command line.
    return [...new Set([...descendants(process.pid), ...named])].filter((pid) => commandLine(pid) !== "");
}

function kill(pid: number): void {
    try {
        process.kill(pid, "SIGKILL");
    } catch {
        // It has ended in between.
    }
}
