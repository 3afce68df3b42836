import { readFileSync } from "node:fs";
import { Decrypter, Encrypter } from "age-encryption";
import { UserError } from "../cache/problem.ts";
import { readPassphrase } from "./passphrase.ts";

/** How a backup is locked: an age recipient or identity, or else a passphrase. */
export interface Lock {
    readonly recipient?: string | undefined;
    /** File with an age identity. */
    readonly identity?: string | undefined;
    /** File with the passphrase. Default: the environment, or a question at the terminal. */
    readonly "passphrase-file"?: string | undefined;
}

/**
 * Encrypts in the age format (age-encryption.org/v1), so that the `age` command opens it too.
 *
 * @throws UserError, one line, when the recipient is none
 */
export async function encrypt(text: string, lock: Lock): Promise<Uint8Array> {
    const encrypter = new Encrypter();
    if (lock.recipient === undefined) {
        encrypter.setPassphrase(await readPassphrase(lock["passphrase-file"], "new"));
    } else {
        try {
            encrypter.addRecipient(lock.recipient);
        } catch {
            throw new UserError("--recipient is no age recipient (age1…, as age-keygen -y prints it)");
        }
    }
    return encrypter.encrypt(text);
}

/**
 * Opens what {@link encrypt}, or the `age` command, locked.
 *
 * @throws UserError, one line, when the key or the passphrase does not fit, or the file was damaged
 */
export async function decrypt(data: Uint8Array, lock: Lock): Promise<string> {
    const decrypter = new Decrypter();
    if (lock.identity === undefined) {
        decrypter.addPassphrase(await readPassphrase(lock["passphrase-file"], "known"));
    } else {
        decrypter.addIdentity(readIdentity(lock.identity));
    }
    try {
        return await decrypter.decrypt(data, "text");
    } catch {
        throw new UserError(
            "the backup cannot be opened: wrong passphrase or identity (--identity FILE for one that was made with --recipient), or the file was damaged",
        );
    }
}

function readIdentity(file: string): string {
    const line = readText(file)
        .split("\n")
        .map((one) => one.trim())
        .find((one) => one.startsWith("AGE-SECRET-KEY-"));
    if (line === undefined) throw new UserError(`${file} holds no age identity (AGE-SECRET-KEY-1…)`);
    return line;
}

/** A file's text. @throws UserError, one line, when it cannot be read */
export function readText(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new UserError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})`);
    }
}
