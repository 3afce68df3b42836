const BLOCK = 512;

/** Name of the header field, and bytes that it has: offset and length in a header's block. */
const FIELDS = {
    name: [0, 100],
    mode: [100, 8],
    uid: [108, 8],
    gid: [116, 8],
    size: [124, 12],
    modified: [136, 12],
    checksum: [148, 8],
    type: [156, 1],
    magic: [257, 8],
} as const;

/** One file of an archive. */
export interface TarEntry {
    /** At most 100 bytes of ASCII. */
    readonly name: string;
    readonly content: Buffer;
}

/**
 * An archive as `tar` writes it, whose files have no time of their own.
 *
 * Source: POSIX, `pax`, "ustar Interchange Format" and "pax Header Block".
 *
 * @param words what is said of each file, in a header of its own
 */
export function tarOf(entries: readonly TarEntry[], words: Readonly<Record<string, string>>): Buffer {
    const records = Buffer.from(Object.entries(words).map(record).join(""));
    const said = Buffer.concat([header("pax", records.length, "x"), filled(records)]);
    const blocks = entries.flatMap(({ name, content }) => [
        said,
        header(name, content.length, "0"),
        filled(content),
    ]);
    return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number, type: string): Buffer {
    if (Buffer.byteLength(name) > FIELDS.name[1]) throw new Error(`${name} is too long a name for tar`);
    const block = Buffer.alloc(BLOCK);
    const write = ([at, bytes]: readonly [number, number], text: string) => block.write(text, at, bytes);
    const octal = (field: readonly [number, number], value: number) =>
        write(field, value.toString(8).padStart(field[1] - 1, "0"));
    write(FIELDS.name, name);
    octal(FIELDS.mode, 0o644);
    octal(FIELDS.uid, 0);
    octal(FIELDS.gid, 0);
    octal(FIELDS.size, size);
    octal(FIELDS.modified, 0);
    write(FIELDS.type, type);
    write(FIELDS.magic, "ustar\x0000");
    // The sum is of a block whose own field is blanks.
    block.fill(" ", FIELDS.checksum[0], FIELDS.checksum[0] + FIELDS.checksum[1]);
    let sum = 0;
    for (const byte of block) sum += byte;
    write(FIELDS.checksum, `${sum.toString(8).padStart(6, "0")}\0 `);
    return block;
}

/** With zeros up to whole blocks. */
function filled(content: Buffer): Buffer {
    const over = content.length % BLOCK;
    return over === 0 ? content : Buffer.concat([content, Buffer.alloc(BLOCK - over)]);
}

/** `LENGTH NAME=VALUE` and a line end; the length counts its own digits. */
function record([name, value]: [string, string]): string {
    const rest = ` ${name}=${value}\n`;
    const bytes = Buffer.byteLength(rest);
    let length = bytes;
    while (String(length).length + bytes !== length) length = String(length).length + bytes;
    return `${length}${rest}`;
}
