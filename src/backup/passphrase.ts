import { UserError } from "../cache/problem.ts";
import { readText } from "../system/readText.ts";
import { prompt } from "../system/prompt.ts";

/**
 * The passphrase of a backup: from a file, from NIX_CACHE_BACKUP_PASSPHRASE, or typed at the terminal, unseen.
 *
 * @param kind a new one is asked for twice
 * @throws UserError when there is none, or the two differ
 */
export async function readPassphrase(file: string | undefined, kind: "new" | "known"): Promise<string> {
    const given =
        file === undefined ? process.env.NIX_CACHE_BACKUP_PASSPHRASE : readText(file).replace(/\r?\n$/, "");
    const passphrase = given ?? (await ask("passphrase of the backup: "));
    if (passphrase === "") throw new UserError("the passphrase is empty");
    if (given === undefined && kind === "new" && (await ask("the same again: ")) !== passphrase) {
        throw new UserError("the two passphrases differ");
    }
    return passphrase;
}

function ask(question: string): Promise<string> {
    if (!process.stdin.isTTY) {
        throw new UserError(
            "there is no terminal to ask for the passphrase at: --passphrase-file or NIX_CACHE_BACKUP_PASSPHRASE",
        );
    }
    return prompt(question, { hidden: true });
}
