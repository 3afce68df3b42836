import { MachineError, PathError } from "../cache/faults.ts";
import type { UserError } from "../cache/problem.ts";
import { ServerError } from "../cache/serverError.ts";
import { isSystemError, systemWords } from "../system/systemError.ts";

/**
 * Whether the server or this machine is at fault, so that it is waited for. What
 * the system refuses (no space, no more open files, no permission) is this
 * machine's fault, whichever file it is about.
 */
export function isOutage(error: unknown): boolean {
    return error instanceof ServerError || error instanceof MachineError || isSystemError(error);
}

/** An error in one line for people. */
export function oneLine(error: Error): string {
    return isSystemError(error) ? systemWords(error) : (error.message.split("\n")[0] ?? "");
}

/**
 * What Nix says when the machine is at fault. Everything else is taken for the
 * path's own fault, "No such file or directory" too: of a path that is to be
 * pushed, it means that the store is damaged.
 */
const MACHINE = [
    /cannot connect to (socket|daemon)/,
    /cannot open connection to remote store/,
    /Nix daemon disconnected/,
    /unexpected end-of-file/,
    /error reading from socket|Broken pipe|Connection (refused|reset|timed out)/,
    // strerror(3) of what the C library, and so Nix, says of a system in need.
    /No space left on device|Disk quota exceeded|File too large/,
    /Cannot allocate memory|std::bad_alloc|out of memory/i,
    /Too many open files/,
    /Permission denied|Operation not permitted|Read-only file system/,
    /Input\/output error|Stale file handle|Structure needs cleaning|Transport endpoint/,
    /Resource temporarily unavailable|Device or resource busy|unable to (fork|start thread)/,
    // SQLite's, of the store's database.
    /database (is|'.*' is) (busy|locked)|database or disk is full|disk I\/O error|unable to open database|readonly database/,
    /interrupted by the user/,
    /cannot be run/,
];

/** What Nix says when the server is at fault: what is refused to one path now is refused to every other. */
const SERVER =
    /AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|RequestTimeTooSkewed|StorageFull|QuotaExceeded|SlowDown|ServiceUnavailable|NoSuchBucket|HTTP error (401|403|408|429|5\d\d)/;

/** The right kind of error for what Nix said. */
export function nixFault(message: string): UserError {
    if (SERVER.test(message)) return new ServerError(message);
    return MACHINE.some((pattern) => pattern.test(message))
        ? new MachineError(message)
        : new PathError(message);
}
