import { lstatSync, statSync, type Stats } from "node:fs";
import { parse, resolve, sep } from "node:path";
import { UserError } from "../cache/problem.ts";
import { hasCode } from "./systemError.ts";

/**
 * Whose the service's folder is, where that is somebody else than root. Each name
 * on its path counts, and both a link and what it leads to: whoever owns one
 * of them decides where all below it is.
 */
function otherOwner(folder: string): { uid: number; gid: number } | undefined {
    let at = parse(resolve(folder)).root;
    for (const name of resolve(folder).slice(at.length).split(sep)) {
        at = resolve(at, name);
        for (const found of [statsOf(lstatSync, at), statsOf(statSync, at)])
            if (found !== undefined && found.uid !== 0) return { uid: found.uid, gid: found.gid };
    }
    return undefined;
}

function statsOf(look: (path: string) => Stats, path: string): Stats | undefined {
    try {
        return look(path);
    } catch (error) {
        if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
        throw error;
    }
}

/**
 * Does something with the service's folder as the user whose it is, when root
 * asks: in a folder of somebody else's, root would follow whatever links lie there.
 */
export function asOwner<Result>(folder: string, work: () => Result): Result {
    const owner = process.getuid?.() === 0 ? otherOwner(folder) : undefined;
    if (owner === undefined) return work();
    const groups = process.getgroups?.() ?? [];
    process.setgroups?.([]);
    process.setegid?.(owner.gid);
    process.seteuid?.(owner.uid);
    try {
        return work();
    } finally {
        process.seteuid?.(0);
        process.setegid?.(0);
        process.setgroups?.(groups);
    }
}

/** @throws UserError when root would work in a folder of somebody else's */
export function refuseOthers(folder: string): void {
    if (process.getuid?.() !== 0) return;
    const owner = otherOwner(folder);
    if (owner === undefined) return;
    throw new UserError(
        `${folder} belongs to user ${owner.uid}, who pushes from there: start that service (systemctl restart nix-cache-push), or push as that user`,
    );
}
