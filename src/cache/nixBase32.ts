/**
 * Nix's own base-32 alphabet: no `e`, `o`, `t` and `u`, so that no hash spells a
 * word. Source: Nix manual, "Base32"; `src/libutil/base-nix-32.cc`.
 */
export const NIX_BASE32_ALPHABET = "0123456789abcdfghijklmnpqrsvwxyz";

/**
 * Encodes bytes as Nix does: five bits for each character, the last byte first.
 *
 * @returns Lower-case text; 32 characters for 20 bytes, 52 for 32, none for none.
 */
export function encodeNixBase32(bytes: Uint8Array): string {
    const length = Math.ceil((bytes.length * 8) / 5);
    let text = "";
    for (let n = length - 1; n >= 0; n--) {
        const byte = Math.floor((n * 5) / 8);
        const shift = (n * 5) % 8;
        // Five bits that may lie across two bytes.
        const bits = ((bytes[byte] ?? 0) >> shift) | ((bytes[byte + 1] ?? 0) << (8 - shift));
        text += NIX_BASE32_ALPHABET.charAt(bits & 31);
    }
    return text;
}

/**
 * Decodes what {@link encodeNixBase32} wrote.
 *
 * @throws Error for a character outside the alphabet, a length that no number of
 *   bytes has, or bits set that belong to no byte.
 */
export function decodeNixBase32(text: string): Buffer {
    const bytes = Buffer.alloc(Math.floor((text.length * 5) / 8));
    if (Math.ceil((bytes.length * 8) / 5) !== text.length) {
        throw new Error(
            `"${text}" is not Nix base-32: no number of bytes takes that many characters (${text.length})`,
        );
    }
    let carry = 0;
    for (let n = 0; n < text.length; n++) {
        const character = text.charAt(text.length - 1 - n);
        const digit = NIX_BASE32_ALPHABET.indexOf(character);
        if (digit < 0) {
            throw new Error(`"${text}" is not Nix base-32: "${character}" is not in its alphabet`);
        }
        const byte = Math.floor((n * 5) / 8);
        const bits = digit << ((n * 5) % 8);
        carry = bits >> 8;
        bytes[byte] = (bytes[byte] ?? 0) | (bits & 255);
        if (byte + 1 < bytes.length) {
            bytes[byte + 1] = carry;
            carry = 0;
        }
    }
    if (carry !== 0) {
        throw new Error(`"${text}" is not Nix base-32: bits are set past its last byte`);
    }
    return bytes;
}
