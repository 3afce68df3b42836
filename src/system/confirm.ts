import { UserError } from "../cache/problem.ts";
import { prompt } from "./prompt.ts";

/**
 * Asks at the terminal before something is changed; only `y` and `yes` mean yes.
 *
 * @param unasked the command that does it without asking
 * @throws UserError on every other answer, and where there is no terminal to ask at
 */
export async function confirm(question: string, unasked: string): Promise<void> {
    if (!process.stdin.isTTY) {
        throw new UserError(
            `this asks before it changes anything, and there is no terminal here: ${unasked}`,
        );
    }
    if (!(await isYes(question))) throw new UserError("not confirmed");
}

/** Asks at the terminal; every answer but `y` and `yes` means no. */
export async function isYes(question: string): Promise<boolean> {
    return /^y(es)?$/i.test((await prompt(`${question} [y/N] `)).trim());
}
