import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import nacl from "tweetnacl";

/**
 * A Nix signing key pair in Nix's own text format, `NAME:BASE64`
 * (Nix manual, `nix key generate-secret` and `nix key convert-secret-to-public`;
 * in Nix's source `libutil/signature/local-keys.cc`).
 */
export interface SigningKeyPair {
    /** The key's name, for example `s3.homelab.local-1`: what stands before the colon. */
    readonly name: string;
    /** `NAME:` and the 32 bytes of the ed25519 public key in base64. Goes into `trusted-public-keys`. */
    readonly publicKey: string;
    /** `NAME:` and 64 bytes in base64: the 32 bytes of the seed, then the public key. Secret. */
    readonly secretKey: string;
}

const SEED_BYTES = 32;

/** Keeps this use of the random text apart from any other that may be made of it. Never change it: it makes the keys. */
const SEED_LABEL = "nix-cache signing key seed v1\n";

/**
 * Makes the key pair that belongs to a random text, always the same one.
 *
 * The text, not the seed, is what the state keeps: `random.RandomPassword` is
 * the one random resource whose id does not show its value. The seed is the
 * first half of SHA-512 over a fixed label and the text.
 *
 * @param name the key's name, without `:` and white space
 * @param randomText at least 43 letters and digits (256 bits)
 * @throws Error when the text is too short to be a key
 */
export function signingKeyFromRandomText(name: string, randomText: string): SigningKeyPair {
    if (randomText.length < 43) {
        throw new Error(
            `a signing key needs a random text of at least 43 characters, not ${randomText.length}`,
        );
    }
    const digest = nacl.hash(Buffer.from(SEED_LABEL + randomText, "utf8"));
    return signingKeyFromSeed(name, digest.subarray(0, SEED_BYTES));
}

/** Makes the key pair of a 32-byte ed25519 seed (RFC 8032, section 5.1.5). */
export function signingKeyFromSeed(name: string, seed: Uint8Array): SigningKeyPair {
    const pair = nacl.sign.keyPair.fromSeed(seed);
    return {
        name,
        publicKey: `${name}:${Buffer.from(pair.publicKey).toString("base64")}`,
        secretKey: `${name}:${Buffer.from(pair.secretKey).toString("base64")}`,
    };
}

/**
 * Reads a secret key as Nix writes it to a file.
 *
 * @throws Error, in one line that never quotes the key, when the text is no such key
 */
export function parseSecretKey(text: string): SigningKeyPair {
    const { name, bytes } = split(text.trim(), nacl.sign.secretKeyLength, "a secret key");
    // It becomes a word of nix.conf, where a line end would begin another setting.
    if (!/^[!-~]+$/.test(name) || name.includes("#"))
        throw new Error("a key's name is of printable ASCII without white space and #");
    const pair = signingKeyFromSeed(name, bytes.subarray(0, SEED_BYTES));
    if (pair.secretKey !== `${name}:${Buffer.from(bytes).toString("base64")}`) {
        throw new Error("the two halves of the secret key do not belong together");
    }
    return pair;
}

/**
 * Reads a file with secret keys, one a line. (Nix itself reads the first line of it.)
 *
 * @returns at least one
 * @throws Error as {@link parseSecretKey}
 */
export function parseSecretKeys(text: string): SigningKeyPair[] {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return (lines.length === 0 ? [text] : lines).map(parseSecretKey);
}

/**
 * Signs a text.
 *
 * @param secretKey a secret key in Nix's format
 * @returns `NAME:` and the 64 bytes of the ed25519 signature in base64, as in a narinfo's `Sig:` line
 */
export function signDetached(secretKey: string, message: string): string {
    const { name, object } = secretKeyOf(secretKey);
    return `${name}:${sign(null, Buffer.from(message, "utf8"), object).toString("base64")}`;
}

/**
 * Whether a signature was made over this text with the secret key that belongs to this public key.
 * A signature under another name is not: Nix looks keys up by their names.
 */
export function verifyDetached(publicKey: string, message: string, signature: string): boolean {
    const claim = claimOf(publicKey, signature);
    // Node's own is a hundred times quicker than tweetnacl's, which counts where a whole cache is checked.
    return claim !== undefined && verify(null, Buffer.from(message, "utf8"), claim.key, claim.bytes);
}

/** The same in another thread, for who has many to check and something else to do meanwhile. */
export function verifyAside(publicKey: string, message: string, signature: string): Promise<boolean> {
    const claim = claimOf(publicKey, signature);
    if (claim === undefined) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
        verify(null, Buffer.from(message, "utf8"), claim.key, claim.bytes, (error, isGood) => {
            if (error === null) resolve(isGood);
            else reject(error);
        });
    });
}

/** A signature's bytes with the key that is to have made it; undefined where its name, or its length, is another. */
function claimOf(publicKey: string, signature: string) {
    const key = publicKeyOf(publicKey);
    const given = /^(?<name>[^:]+):(?<base64>.+)$/.exec(signature)?.groups;
    const bytes = Buffer.from(given?.base64 ?? "", "base64");
    if (given?.name !== key.name || bytes.length !== nacl.sign.signatureLength) return undefined;
    return { key: key.object, bytes };
}

/** The keys that were read last: the same few check a whole cache, and reading one takes half as long as a check. */
const keys = {
    public: new Map<string, { readonly name: string; readonly object: KeyObject }>(),
    secret: new Map<string, { readonly name: string; readonly object: KeyObject }>(),
};
const MOST_KEYS = 100;

function publicKeyOf(text: string) {
    return remembered(keys.public, text, () => {
        const { name, bytes } = split(text, nacl.sign.publicKeyLength, "a public key");
        const jwk = { kty: "OKP", crv: "Ed25519", x: base64url(bytes) };
        return { name, object: createPublicKey({ key: jwk, format: "jwk" }) };
    });
}

function secretKeyOf(text: string) {
    return remembered(keys.secret, text, () => {
        const { name, bytes } = split(text, nacl.sign.secretKeyLength, "a secret key");
        const [d, x] = [base64url(bytes.subarray(0, SEED_BYTES)), base64url(bytes.subarray(SEED_BYTES))];
        return {
            name,
            object: createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" }),
        };
    });
}

function remembered<Key>(known: Map<string, Key>, text: string, read: () => Key): Key {
    const before = known.get(text);
    if (before !== undefined) return before;
    const key = read();
    if (known.size >= MOST_KEYS) known.clear();
    known.set(text, key);
    return key;
}

function split(text: string, length: number, what: string): { name: string; bytes: Uint8Array } {
    const colon = text.indexOf(":");
    const name = text.slice(0, Math.max(colon, 0));
    // tweetnacl takes a Uint8Array of its own kind only where it is no Buffer of Node's pool.
    const bytes = Uint8Array.from(Buffer.from(text.slice(colon + 1), "base64"));
    if (name === "" || bytes.length !== length) {
        throw new Error(`${what} in Nix's format is NAME:BASE64 with ${length} bytes, as nix key writes it`);
    }
    return { name, bytes };
}

function base64url(bytes: Uint8Array): string {
    return Buffer.from(bytes).toString("base64url");
}
