import { MachineError, PathError } from "../cache/faults.ts";
import { hasCode, systemErrorWords } from "../system/systemError.ts";
import { shownPath } from "./bytePath.ts";

/** What the system says of a path whose files are not those that it had: somebody changed it. */
const OF_THE_PATH = ["ENOENT", "ENOTDIR", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENXIO"];

/**
 * The right kind of error for what the system said about a file of the store.
 *
 * @param path bytes as latin1
 */
export function readFault(path: string, error: unknown): Error {
    if (error instanceof PathError || error instanceof MachineError) return error;
    const words = `${shownPath(path)} cannot be read: ${systemErrorWords(error)}`;
    return hasCode(error, ...OF_THE_PATH)
        ? new PathError(words, { cause: error })
        : new MachineError(words, { cause: error });
}
