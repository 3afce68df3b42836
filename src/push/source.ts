import { UserError } from "../cache/problem.ts";
import { parseSecretKeys, type SigningKeyPair } from "../cache/signingKey.ts";
import type { Credentials } from "../hosts/awsCredentials.ts";
import type { HostConfig } from "../hosts/hostConfig.ts";
import { read, readConnection, type ConnectionFiles } from "./connection.ts";

/** Which cache is pushed to, as whom, and with which key. It has secrets, and stays in memory. */
export interface Source {
    readonly host: HostConfig;
    readonly credentials: Credentials;
    /** The secret signing keys, as Nix writes them, at least one; the first is the one in use. */
    readonly signingKeys: readonly string[];
}

/** Files of a machine that builds. */
export interface SourceFiles extends ConnectionFiles {
    /** File with the secret signing key, as Nix writes it; with several, one a line. */
    readonly signingKeyFile: string;
}

/**
 * Reads the three files.
 *
 * @throws UserError, one line without any secret, when one cannot be read or does not fit the others
 */
export function sourceOf(files: SourceFiles): Source {
    const { signingKeyFile } = files;
    const { host, credentials } = readConnection(files);
    const signingKeys = acceptedKeys(
        read(signingKeyFile, "the signing key"),
        host.trustedPublicKeys,
        signingKeyFile,
    );
    return { host, credentials, signingKeys };
}

/**
 * Pushing with a key that hosts do not accept would fill the cache with what nobody takes.
 *
 * Of several, those count that hosts accept: while a key is rotated, this file or
 * what says which keys hosts accept may be one step behind.
 *
 * @param from where the keys are from, for messages
 * @returns the keys, at least one
 * @throws UserError when one is none, or none is one of the stack's
 */
export function acceptedKeys(text: string, trusted: readonly string[], from: string): string[] {
    let pairs: SigningKeyPair[];
    try {
        pairs = parseSecretKeys(text);
    } catch (error) {
        throw new UserError(`${from}: ${(error as Error).message}`);
    }
    const accepted = pairs.filter(({ publicKey }) => trusted.includes(publicKey));
    if (accepted.length > 0) return accepted.map(({ secretKey }) => secretKey);
    const publicKey = pairs[0]?.publicKey ?? "";
    const name = keyName(publicKey);
    const twin = trusted.find((key) => keyName(key) === name);
    throw new UserError(
        twin === undefined
            ? `${from}: hosts do not accept this key (${name}); the stack's are ${trusted.map(keyName).join(", ")}`
            : `${from}: hosts do not accept this key: its public key is ${shortened(publicKey)}, and the stack's of the same name is ${shortened(twin)}`,
    );
}

function keyName(publicKey: string): string {
    return publicKey.slice(0, publicKey.indexOf(":"));
}

/** The name, and as much of the key as tells it from another. */
function shortened(publicKey: string): string {
    return `${publicKey.slice(0, keyName(publicKey).length + 13)}…`;
}
