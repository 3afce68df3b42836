import { UserError } from "./problem.ts";

/**
 * This machine cannot push at the moment (disk full, Nix daemon away): no fault
 * of the path, so its tries are not counted. The message is one line.
 */
export class MachineError extends UserError {
    override readonly name: string = "MachineError";
}

/** Nix did not end within the time that it has, and was ended. */
export class NixHung extends MachineError {
    override readonly name = "NixHung";
}

/** One path cannot be pushed, and will hardly be the next time. The message is one line. */
export class PathError extends UserError {
    override readonly name = "PathError";
}
