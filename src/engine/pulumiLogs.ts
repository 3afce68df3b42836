import { readdirSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Removes the log that a Pulumi process has written of itself, one that only
 * read and ended well. Pulumi writes one for each command and cannot be told
 * not to (StartLogging in its logging/encrypted.go: `pulumi-TIME-PID-COMMAND.log`).
 *
 * A command that reads a stack's secrets gives its log another name, which does
 * not say whose it is, and may be that of an `up` at the same time: that one
 * is left to Pulumi's own bounds, 7 days and 500 MB where the user has set no others.
 *
 * @param pid the process; its number may have been another's before
 * @param since when it was started, Unix milliseconds
 */
export function removeLog(pid: number, since: number): void {
    const given = process.env.PULUMI_HOME ?? "";
    const folder = join(given === "" ? join(homedir(), ".pulumi") : given, "logs");
    for (const name of names(folder)) {
        const [what, , writer] = name.split("-");
        if (what !== "pulumi" || writer !== String(pid)) continue;
        const file = join(folder, name);
        // A file system may keep whole seconds.
        if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= since - 1_000)
            rmSync(file, { force: true });
    }
}

function names(folder: string): string[] {
    try {
        return readdirSync(folder);
    } catch {
        return [];
    }
}
