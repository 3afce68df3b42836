import { existsSync, lstatSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../cache/problem.ts";
import { awaitProcessLock } from "../system/processLock.ts";
import type { BackupContents } from "./backupContents.ts";
import { looksLikeContents } from "./backupContents.ts";
import { isEncrypted } from "./encryption.ts";
import { readBytes } from "../system/readText.ts";
import { systemErrorWords } from "../system/systemError.ts";
import { removeUnfinished } from "../system/unfinished.ts";
import { createDurable, realFile, writeDurable } from "../system/wholeFile.ts";

/** Where a backup is to be, and what is there. */
export interface Place {
    /** The file itself, where links end. */
    readonly file: string;
    /** The backup that is there; undefined: none. */
    readonly data: Buffer | undefined;
    /** The text of the description beside it; undefined: none. */
    readonly contents: string | undefined;
}

/** The file beside a backup that says in the clear what is in it. */
export const contentsFile = (file: string): string => `${file}.json`;

/** What comes after a backup's name in those of its earlier ones ({@link keepEarlier}), and of what is beside each. */
const KEPT = /\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ(?:-\d+)?(?:\.json)?/;

/**
 * Looks at the place of a backup. Nothing that is not a backup is ever written over.
 *
 * @throws UserError, one line, when it can be none
 */
export function lookAtPlace(given: string): Place {
    const folder = dirname(resolve(given));
    if (!statOf(folder)?.isDirectory())
        throw new UserError(
            `${given} cannot be written: ${statOf(folder) === undefined ? "there is no folder" : "no folder is"} ${folder}`,
        );
    const file = realFile(given);
    const found = statOf(file);
    if (found === undefined) return { file, data: undefined, contents: contentsAt(file) };
    if (!found.isFile())
        throw new UserError(
            `${given} is ${found.isDirectory() ? "a folder" : "no file, but a device or a pipe"}: give the backup a name of its own`,
        );
    const data = readBytes(file);
    // What mktemp made, for example.
    if (data.length === 0) return { file, data: undefined, contents: contentsAt(file) };
    if (!isEncrypted(data))
        throw new UserError(`${given} is there, and no backup: give the backup another name`);
    return { file, data, contents: contentsAt(file) };
}

/**
 * Does something while no other backup is written to a file.
 *
 * @param waiting is told when another one is
 */
export async function alone<T>(
    file: string,
    waiting: (words: string) => void,
    work: () => Promise<T>,
): Promise<T> {
    const lock = join(dirname(file), `.${basename(file)}.lock`);
    // A disk without locks (some network file systems): each file is whole all the same.
    const held = await awaitProcessLock(lock, (holder) =>
        waiting(`waiting for another nix-cache backup of this file (${holder})`),
    ).catch((error: unknown) => {
        if (error instanceof UserError) return undefined;
        throw error;
    });
    try {
        const isAlone = held !== undefined;
        removeUnfinished(file, isAlone, KEPT);
        removeUnfinished(contentsFile(file), isAlone);
        return await work();
    } finally {
        held?.remove();
    }
}

/**
 * Keeps the backup that is there under its date, beside the new one.
 *
 * @param written when it was written, ISO 8601; undefined: as its file says
 * @returns its new name; whatever had that name before is kept too
 */
export function keepEarlier({ file, data, contents }: Place, written: string | undefined): string {
    if (data === undefined) throw new Error("there is nothing to keep");
    const date = new Date(written ?? Number.NaN);
    const stamp = stampOf(Number.isNaN(date.getTime()) ? statSync(file).mtime : date);
    for (let count = 1; ; count++) {
        const kept = `${file}.${stamp}${count === 1 ? "" : `-${count}`}`;
        const made = writing(kept, () => createDurable(kept, data, 0o600));
        // A run that was killed after this step has kept it already.
        if (!made && !(statOf(kept)?.isFile() === true && readBytes(kept).equals(data))) continue;
        if (contents !== undefined)
            writing(contentsFile(kept), () => createDurable(contentsFile(kept), contents, 0o600));
        return kept;
    }
}

/** Puts a new backup there; it is on the disk when this returns. */
export function putBackup(file: string, data: Uint8Array, contents: BackupContents): void {
    writing(file, () => writeDurable(file, data, 0o600));
    const beside = contentsFile(file);
    try {
        writeDurable(beside, `${JSON.stringify(contents, undefined, 4)}\n`, 0o600);
    } catch (error) {
        throw new UserError(
            `${file} was written and is whole, but ${beside}, which the next backup looks at, cannot be written: ${systemErrorWords(error)}`,
            { cause: error },
        );
    }
}

function contentsAt(file: string): string | undefined {
    const beside = contentsFile(file);
    if (lstatSync(beside, { throwIfNoEntry: false }) === undefined) return undefined;
    const text = statOf(beside)?.isFile() === true ? readBytes(beside).toString("utf8") : "";
    if (looksLikeContents(text)) return text;
    throw new UserError(
        `${beside} is in the way, and not what a backup writes there: give the backup another name`,
    );
}

function writing<T>(file: string, work: () => T): T {
    try {
        return work();
    } catch (error) {
        if (error instanceof UserError) throw error;
        throw new UserError(
            `${file} cannot be written: ${systemErrorWords(error)}; what was there is as it was`,
            { cause: error },
        );
    }
}

function statOf(file: string) {
    return existsSync(file) ? statSync(file, { throwIfNoEntry: false }) : undefined;
}

/** `2026-11-24T03-00-00Z`: a colon is not allowed in names on FAT. */
function stampOf(date: Date): string {
    return date
        .toISOString()
        .replace(/\.\d+Z$/, "Z")
        .replaceAll(":", "-");
}
