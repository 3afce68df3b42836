import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import { argumentsOf } from "../toolchain/run.ts";

/**
 * Takes a lock that is one file with a process id, until this process ends. The
 * lock of a process that is gone (killed, or the machine was restarted) is taken
 * over.
 *
 * @throws UserError when another process of the sandbox holds it
 */
export async function takeLock(file: string): Promise<void> {
    const mine = `${file}.${process.pid}`;
    writeFileSync(mine, String(process.pid), { mode: 0o600 });
    try {
        while (!link(mine, file)) {
            const holder = Number.parseInt(readIfThere(file), 10);
            // Its arguments tell it from whatever got that number later.
            if (holder > 0 && /sandbox\/\w+\.ts/.test((await argumentsOf(holder)) ?? "")) {
                throw new UserError(
                    `another npm start, stop or clean is at work here (process ${holder}); wait for it`,
                );
            }
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
