import { UserError } from "../cache/problem.ts";
import { prompt } from "./prompt.ts";

/**
 * Asks at the terminal before something is changed; only `y` and `yes` mean yes.
 *
 * @throws UserError on every other answer, and where there is no terminal to ask at
 */
export async function confirm(question: string): Promise<void> {
    if (!process.stdin.isTTY) {
        throw new UserError(
            "this asks before it changes anything, and there is no terminal here: npm run -s heal -- --yes",
        );
    }
    const answer = await prompt(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("not confirmed; nothing has been changed");
}
