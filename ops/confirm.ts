import { createInterface } from "node:readline/promises";
import { UserError } from "../cache/problem.ts";

/**
 * Asks at the terminal; only `y` and `yes` mean yes.
 *
 * @throws UserError where there is no terminal to ask at
 */
export async function confirm(question: string): Promise<boolean> {
    if (!process.stdin.isTTY) {
        throw new UserError(
            "this asks before it changes anything, and there is no terminal here: npm run -s heal -- --yes",
        );
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
        return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
    } finally {
        terminal.close();
    }
}
