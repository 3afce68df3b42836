import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import { argumentsOf } from "./run.ts";

/** Whose lock it is, and what the one who comes second is told. */
export interface LockHolder {
    /** Whether a process with these arguments is one that takes this lock, and not whatever got its number later. */
    readonly isHolder: (processArguments: string) => boolean;
    /** What is said when another one holds it. */
    readonly refused: (pid: number) => string;
}

/**
 * Takes a lock that is one file with a process id, until this process ends. The
 * lock of a process that is gone (killed, or the machine was restarted) is taken
 * over.
 *
 * @throws UserError when another process holds it
 */
export async function takeProcessLock(file: string, { isHolder, refused }: LockHolder): Promise<void> {
    const mine = `${file}.${process.pid}`;
    writeFileSync(mine, String(process.pid), { mode: 0o600 });
    try {
        while (!link(mine, file)) {
            const holder = Number.parseInt(readIfThere(file), 10);
            // In a container, the one before may have had this very number.
            const other = holder > 0 && holder !== process.pid ? await argumentsOf(holder) : undefined;
            if (other !== undefined && isHolder(other)) throw new UserError(refused(holder));
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
