import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { UserError } from "../cache/problem.ts";

/**
 * Asks one question at the terminal, on standard error: standard output is for
 * what the command has to say.
 *
 * @param hidden whether what is typed stays unseen. Default: false
 * @throws UserError when it is answered with Ctrl-C or Ctrl-D
 */
export async function prompt(question: string, { hidden = false } = {}): Promise<string> {
    // What is typed is echoed to the interface's output.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const terminal = createInterface({
        input: process.stdin,
        output: hidden ? nowhere : process.stderr,
        terminal: true,
    });
    const closed = once(terminal, "close").then(() => undefined);
    if (hidden) process.stderr.write(question);
    try {
        // Ctrl-C rejects the question, Ctrl-D leaves it open for ever and closes the interface.
        const asked = terminal.question(hidden ? "" : question).catch(() => undefined);
        const answer = await Promise.race([asked, closed]);
        if (answer === undefined) {
            if (!hidden) process.stderr.write("\n");
            throw new UserError("cancelled");
        }
        return answer;
    } finally {
        terminal.close();
        if (hidden) process.stderr.write("\n");
    }
}
