import { lstatSync, mkdirSync, readlinkSync, statSync, type Stats } from "node:fs";
import { join, parse, resolve, sep } from "node:path";
import { UserError } from "../cache/problem.ts";
import { hasCode, isSystemError, systemErrorWords } from "./systemError.ts";

/**
 * Who may write where:
 *
 * - `any`: whoever may;
 * - `root`: the folder, and each one above it, is root's, and nobody else can
 *   put anything in its place;
 * - `root, group`: as `root`, but the folder's group may write in it.
 */
export type Owner = "any" | "root" | "root, group";

/** As many as Linux follows. */
const MAX_LINKS = 40;

/**
 * Makes a folder with those above it, and says where it really is. What is
 * there is looked at one name at a time, so root never goes through a link
 * or a folder that somebody else can put in its place.
 *
 * It is no `mkdirSync(…, { recursive: true })`: that one never ends where the
 * system answers "no such file" for a folder whose parent is there, as in /proc.
 *
 * @returns the folder's path without links
 * @throws UserError, one line, when it cannot be made or is not as `owner` says
 */
export function makeFolder(folder: string, owner: Owner): string {
    let at = parse(resolve(folder)).root;
    const names = split(resolve(folder));
    let links = 0;
    // How many of the names are of a link's target.
    let ofLink = 0;
    checkFolder(at, lstatSync(at), owner, names.length === 0);
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
        const next = join(at, name);
        const stats = there(next);
        if (stats === undefined && ofLink > 0) throw danglingLink(folder, next);
        const found = stats ?? make(next);
        ofLink = Math.max(ofLink - 1, 0);
        if (found.isSymbolicLink()) {
            if (++links > MAX_LINKS) throw new UserError(`${folder}: there is a circle of links at ${next}`);
            if (owner !== "any") checkOwner(next, found);
            const target = resolve(at, readlinkSync(next));
            at = parse(target).root;
            names.unshift(...split(target));
            ofLink += split(target).length;
            continue;
        }
        if (!found.isDirectory()) throw new UserError(`${next} is not a folder`);
        checkFolder(next, found, owner, names.length === 0);
        at = next;
    }
    return at;
}

function split(path: string): string[] {
    return path.slice(parse(path).root.length).split(sep).filter(Boolean);
}

/** A disk that is not there, or a mistake: what would be made in its place would be lost. */
function danglingLink(link: string, target: string): UserError {
    return new UserError(`${link} is, or lies behind, a link to what is not there: ${target}`);
}

function there(path: string): Stats | undefined {
    try {
        return lstatSync(path);
    } catch (error) {
        if (hasCode(error, "ENOENT")) return undefined;
        throw inWords(error, path);
    }
}

function make(path: string): Stats {
    try {
        mkdirSync(path, { mode: 0o755 });
    } catch (error) {
        // Another hook at the same moment.
        if (!hasCode(error, "EEXIST")) throw inWords(error, path);
    }
    const made = there(path);
    if (made === undefined) throw new UserError(`${path} cannot be made`);
    return made;
}

function inWords(error: unknown, path: string): unknown {
    if (!isSystemError(error)) return error;
    // The folder above is there, so the system means that nothing can be made in it.
    const what = hasCode(error, "ENOENT") ? "no folder can be made here" : systemErrorWords(error);
    return new UserError(`${path}: ${what}`);
}

function checkFolder(path: string, stats: Stats, owner: Owner, last: boolean): void {
    if (owner === "any") return;
    checkOwner(path, stats);
    const others = last && owner === "root, group" ? 0o002 : 0o022;
    // In a sticky folder, as /tmp, nobody can move or remove what is root's.
    const sticky = !last && (stats.mode & 0o1000) !== 0;
    if ((stats.mode & others) === 0 || sticky) return;
    throw new UserError(
        `${path} can be written by others than root (mode ${(stats.mode & 0o7777).toString(8)}), so root writes nothing there`,
    );
}

function checkOwner(path: string, stats: Stats): void {
    if (stats.uid === 0) return;
    throw new UserError(`${path} belongs to user ${stats.uid} and not to root, so root writes nothing there`);
}

/**
 * Whether a folder is there.
 *
 * @throws UserError when it is a link to nothing, or something else than a folder
 */
export function isFolder(folder: string): boolean {
    if (there(folder) === undefined) return false;
    try {
        if (statSync(folder).isDirectory()) return true;
    } catch (error) {
        if (hasCode(error, "ENOENT")) throw danglingLink(folder, readlinkSync(folder));
        throw inWords(error, folder);
    }
    throw new UserError(`${folder} is not a folder`);
}
