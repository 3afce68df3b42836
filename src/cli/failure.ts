import { isNotInstalled } from "../system/notInstalled.ts";
import { UserError } from "../cache/problem.ts";
import { UsageError } from "../cache/usageError.ts";
import { ServerError } from "../cache/serverError.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { account, withAccount } from "../system/ledger.ts";
import { isSystemError, systemErrorWords } from "../system/systemError.ts";

/**
 * Says why a command did not come to its end. A user's mistake, a server's refusal
 * or a disk's is one line, which says too what was done before it; anything else
 * is a defect and shows where it is.
 *
 * @param json whether standard output gets it too, as an object
 */
export function failed(error: unknown, json: boolean): ExitStatus {
    if (!isNotInstalled(error) && !(error instanceof UserError) && !isSystemError(error))
        console.error(error);
    const message = withAccount(wordsOf(error));
    const misused = error instanceof UsageError ? EXIT.usage : EXIT.failed;
    const status = error instanceof ServerError ? EXIT.unreachable : misused;
    if (json) console.log(JSON.stringify({ error: message, status, done: account() }));
    console.error(`nix-cache: ${message}`);
    return status;
}

function wordsOf(error: unknown): string {
    if (isNotInstalled(error))
        return "this command is not part of what is installed here; run it in the project's folder";
    if (error instanceof UserError) return error.message;
    if (!isSystemError(error)) return "this is a defect of the program; what it did is above";
    const { path, syscall } = error;
    return `${path ?? syscall ?? "the system"}: ${systemErrorWords(error)}`;
}
