import { closeSync, fchownSync, lstatSync, openSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../cache/problem.ts";
import { systemErrorWords } from "./systemError.ts";

/** A lock that this process holds. */
export interface Held {
    /** Gives it back; the end of the process does too, however it ends. */
    readonly release: () => void;
    /** The same, and removes the file: for a lock that is seldom taken, in a folder where it would be in people's way. */
    readonly remove: () => void;
}

/** SQLite's result codes (sqlite.org/rescode.html); the lower byte is the primary one. */
const BUSY = 5;
const CANNOT_OPEN = 14;
const NO_DATABASE = 26;

/** A database that nobody refers to would be closed, and its lock given back. */
const open = new Set<DatabaseSync>();

/**
 * Takes a lock of the kernel on a file, if nobody holds it.
 *
 * Node has no call for one, but its SQLite has: a transaction that is exclusive
 * holds an fcntl lock on its file for as long as it is open
 * (sqlite.org/lockingv3.html). The kernel gives it back when the process is
 * gone, by whatever way, in whatever container: no process id is believed, and
 * nothing is ever stale. Nothing is written: the file stays empty, and is left
 * where it is, since one that is removed and made again is another lock.
 *
 * @returns undefined when another one holds it, or was looking at this very moment
 * @throws UserError, one line, when the file can be no lock
 */
export async function tryKernelLock(file: string): Promise<Held | undefined> {
    const before = make(file);
    const { DatabaseSync } = await loadSqlite();
    let database: DatabaseSync | undefined;
    try {
        const url = pathToFileURL(resolve(file));
        // Never made by SQLite, which would make it readable by everyone: who can read it can lock it.
        url.searchParams.set("mode", "rw");
        database = new DatabaseSync(url);
        open.add(database);
        // A journal in memory: beside an empty file SQLite would make one on the disk.
        database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    } catch (error) {
        if (database !== undefined) close(database);
        const primary = Number((error as { errcode?: number }).errcode) & 0xff;
        // Removed since it was looked at: by one that held it.
        const gone = primary === CANNOT_OPEN && identity(file) === undefined;
        if (primary === BUSY || gone) return undefined;
        throw new UserError(whyNot(file, primary, error), { cause: error });
    }
    const held = database;
    // Removed, or removed and made again, between the look and the lock: what is locked is not what others find.
    if (before !== identity(file)) {
        close(held);
        return undefined;
    }
    const release = () => close(held);
    // While it is held: who locks what is no longer there notices it above.
    const remove = () => {
        rmSync(file, { force: true });
        release();
    };
    return { release, remove };
}

/** Makes the file if it is missing. @returns which one it is */
function make(file: string): string | undefined {
    try {
        // Never opened when it is there: closing it would give back a lock that this process holds (POSIX, close).
        const fd = openSync(file, "wx", 0o600);
        try {
            // Root may run by hand what else runs as a service's user, who must be able to open it too.
            const folder = statSync(dirname(resolve(file)));
            if (process.getuid?.() === 0) fchownSync(fd, folder.uid, folder.gid);
        } finally {
            closeSync(fd);
        }
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST")
            throw new UserError(`${file} cannot be made: ${systemErrorWords(error)}`, { cause: error });
    }
    return identity(file);
}

/** Which file a name stands for now. @throws UserError when it is none */
function identity(file: string): string | undefined {
    const found = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!found.isFile()) throw new UserError(`${file} is in the place of a lock, and no file: remove it`);
    return `${found.dev}:${found.ino}:${found.birthtimeNs}:${found.ctimeNs}`;
}

function close(database: DatabaseSync): void {
    // An exit handler may come after a release.
    if (open.delete(database)) database.close();
}

function whyNot(file: string, primary: number, error: unknown): string {
    return primary === NO_DATABASE
        ? `${file} is in the place of a lock, and holds something else: remove it`
        : `${file} cannot be locked: ${(error as Error).message}`;
}

/**
 * Node's SQLite. Before Node 24 it warns that it is experimental; who waits for a push can do nothing about that.
 *
 * @throws UserError where this Node.js has none
 */
export async function loadSqlite(): Promise<typeof import("node:sqlite")> {
    const emitWarning = process.emitWarning.bind(process);
    process.emitWarning = () => undefined;
    try {
        return await import("node:sqlite");
    } catch (error) {
        throw new UserError("this Node.js was built without SQLite, which locks are made with", {
            cause: error,
        });
    } finally {
        process.emitWarning = emitWarning;
    }
}
