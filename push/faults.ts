import { UserError } from "../cache/problem.ts";

/**
 * This machine cannot push at the moment (disk full, Nix daemon away): no fault
 * of the path, so its tries are not counted. The message is one line.
 */
export class MachineError extends UserError {
    override readonly name = "MachineError";
}

/** One path cannot be pushed, and will hardly be the next time. The message is one line. */
export class PathError extends UserError {
    override readonly name = "PathError";
}

/** What Nix says when the machine is at fault. Everything else is taken for the path's own fault. */
const MACHINE = [
    /cannot connect to (socket|daemon)/,
    /cannot open connection to remote store/,
    /Nix daemon disconnected/,
    /No space left on device/,
    /Disk quota exceeded/,
    /Cannot allocate memory/,
    /Too many open files/,
    /database is (busy|locked)/,
    /cannot be run/,
];

/** The right kind of error for what Nix said. */
export function nixFault(message: string): UserError {
    return MACHINE.some((pattern) => pattern.test(message))
        ? new MachineError(message)
        : new PathError(message);
}
