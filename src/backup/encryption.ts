import { Decrypter, Encrypter } from "age-encryption";
import { UserError } from "../cache/problem.ts";
import { UsageError } from "../cache/usageError.ts";
import { readPassphrase } from "./passphrase.ts";
import { readText } from "../system/readText.ts";

/** How a backup is locked, as the command line says it: an age recipient or identity, or else a passphrase. */
export interface Lock {
    readonly recipient?: string | undefined;
    /** File with an age identity. */
    readonly identity?: string | undefined;
    /** File with the passphrase. Default: the environment, or a question at the terminal. */
    readonly "passphrase-file"?: string | undefined;
}

/** The option that says where the passphrase is. */
export const PASSPHRASE_FILE = {
    "passphrase-file": {
        type: "string",
        value: "F",
        help: "reads the passphrase from a file; default: NIX_CACHE_BACKUP_PASSPHRASE, or asks",
    },
} as const;

/** What opens a backup, or closes it. A recipient only closes. */
export type Key =
    { readonly recipient: string } | { readonly identity: string } | { readonly passphrase: string };

/**
 * The key for a new backup; a passphrase is asked for twice.
 *
 * @throws UserError, one line, when there is none, or the two differ
 */
export async function keyForNew(lock: Lock): Promise<Key> {
    return lock.recipient === undefined
        ? { passphrase: await readPassphrase(lock["passphrase-file"], "new") }
        : { recipient: lock.recipient };
}

/** The key for one that is there. @throws UserError, one line, when there is none */
export async function keyForKnown(lock: Lock): Promise<Key> {
    return lock.identity === undefined
        ? { passphrase: await readPassphrase(lock["passphrase-file"], "known") }
        : { identity: readIdentity(lock.identity) };
}

/**
 * Encrypts in the age format (age-encryption.org/v1), so that the `age` command opens it too.
 *
 * @throws UsageError, one line, when the recipient is none
 */
export async function encrypt(text: string, key: Key): Promise<Uint8Array> {
    const encrypter = new Encrypter();
    if ("passphrase" in key) encrypter.setPassphrase(key.passphrase);
    else if ("recipient" in key) {
        try {
            encrypter.addRecipient(key.recipient);
        } catch {
            throw new UsageError("--recipient is no age recipient (age1…, as age-keygen -y prints it)");
        }
    } else throw new Error("an identity opens and does not close");
    return encrypter.encrypt(text);
}

/**
 * Opens what {@link encrypt}, or the `age` command, locked.
 *
 * @returns undefined when the key does not fit, or the file was damaged
 */
export async function decrypt(data: Uint8Array, key: Key): Promise<string | undefined> {
    if ("recipient" in key) return undefined;
    const decrypter = new Decrypter();
    try {
        if ("passphrase" in key) decrypter.addPassphrase(key.passphrase);
        else decrypter.addIdentity(key.identity);
        return await decrypter.decrypt(data, "text");
    } catch {
        return undefined;
    }
}

/** Whether a file begins as one that age made (its format's first line; age's ASCII armor is not read here). */
export function isEncrypted(data: Uint8Array): boolean {
    return Buffer.from(data.subarray(0, 64)).toString("latin1").startsWith("age-encryption.org/v1\n");
}

function readIdentity(file: string): string {
    const line = readText(file)
        .split("\n")
        .map((one) => one.trim())
        .find((one) => one.startsWith("AGE-SECRET-KEY-"));
    if (line === undefined) throw new UserError(`${file} holds no age identity (AGE-SECRET-KEY-1…)`);
    return line;
}
