import { statSync } from "node:fs";
import { UserError } from "../cache/problem.ts";
import { hasCode } from "./systemError.ts";

/** Whose the service's folder is, where it is there and somebody else's than root's. */
function otherOwner(folder: string): { uid: number; gid: number } | undefined {
    try {
        const { uid, gid } = statSync(folder);
        return uid === 0 ? undefined : { uid, gid };
    } catch (error) {
        if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
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
