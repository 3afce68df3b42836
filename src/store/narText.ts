/**
 * Tokens of a NAR: a length of 8 bytes, little end first, the bytes, and zeros
 * up to the next multiple of 8. What stands between contents and names never
 * changes, so it is put together once.
 *
 * Source: Nix manual, "Nix Archive (NAR) Format".
 */
export function tokens(...words: readonly string[]): Buffer {
    return Buffer.concat(
        words.map((word) => {
            const framed = Buffer.alloc(8 + padded(word.length));
            framed.writeUInt32LE(word.length);
            framed.write(word, 8, "latin1");
            return framed;
        }),
    );
}

/** Bytes that so many take in a NAR without their length: the next multiple of 8. */
export function padded(bytes: number): number {
    return Math.ceil(bytes / 8) * 8;
}

export const MAGIC = tokens("nix-archive-1");
export const OPEN_FOLDER = tokens("(", "type", "directory");
export const OPEN_FILE = tokens("(", "type", "regular", "contents");
export const OPEN_PROGRAM = tokens("(", "type", "regular", "executable", "", "contents");
export const OPEN_LINK = tokens("(", "type", "symlink", "target");
export const OPEN_ENTRY = tokens("entry", "(", "name");
export const NODE = tokens("node");
export const CLOSE = tokens(")");
