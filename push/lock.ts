import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import { argumentsOf } from "../toolchain/run.ts";

/**
 * Makes this process the only one that works a queue, until it ends. The lock
 * of one that is gone is taken over.
 *
 * @param file holds the process's number
 * @throws UserError when another works it
 */
export async function lockQueue(file: string): Promise<void> {
    const mine = `${file}.${process.pid}`;
    writeFileSync(mine, String(process.pid));
    try {
        while (!link(mine, file)) {
            const holder = Number.parseInt(readIfThere(file), 10);
            // In a container, the one before may have had this very number.
            const other = holder > 0 && holder !== process.pid ? await argumentsOf(holder) : undefined;
            // Its arguments tell it from whatever got that number later.
            if (other !== undefined && /\bpush\b/.test(other))
                throw new UserError(`another nix-cache push works this queue (process ${holder})`);
            rmSync(file, { force: true });
        }
    } finally {
        unlinkSync(mine);
    }
    process.once("exit", () => rmSync(file, { force: true }));
}

/** Links are made whole or not at all, so the file never lacks its number. */
function link(from: string, to: string): boolean {
    try {
        linkSync(from, to);
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
    }
}

function readIfThere(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
