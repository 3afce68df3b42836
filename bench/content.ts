import { closeSync, mkdirSync, openSync, readdirSync, readSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../sandbox/paths.ts";
import type { Tools } from "../toolchain/tools.ts";

/** A piece of a file of this machine. */
interface Piece {
    readonly file: string;
    readonly start: number;
    readonly length: number;
}

/** A binary is cut into pieces of this size, so that a path has many files of many sizes. */
const PIECE = 24 * 2 ** 20;
/** So many files of npm's packages come after each piece of a binary. */
const SMALL_FILES = 300;

/**
 * Real content, compressible as a store's is: the binaries of the tools that
 * the bench needs anyway, and the files of the npm packages between them. Each
 * taker begins where the one before has stopped.
 */
export class Content {
    private readonly pieces: readonly Piece[];
    private next = 0;

    constructor(tools: Tools) {
        const { pulumi, minio, mc, plugins } = tools;
        const binaries = [process.execPath, pulumi, minio, mc, plugins.minio, plugins.random].flatMap(cut);
        const small = filesBelow(join(projectDir, "node_modules")).flatMap(cut);
        const share = Math.min(SMALL_FILES, Math.ceil(small.length / binaries.length));
        this.pieces = binaries.flatMap((piece, n) => [piece, ...small.slice(n * share, (n + 1) * share)]);
    }

    /** Bytes of a binary, different ones for each number. */
    bytes(number: number, length: number): Buffer {
        const { file } = this.pieces[0] ?? { file: process.execPath };
        const size = statSync(file).size - length;
        return read({ file, start: (number * 104_729 * 16) % size, length });
    }

    /** Fills a new folder with files of so many bytes together. @param name makes them another path's than those of any other name */
    fill(folder: string, name: string, bytes: number): void {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "name"), name);
        for (let left = bytes, n = 0; left > 0; n++) {
            const piece = this.pieces[this.next++ % this.pieces.length];
            if (piece === undefined) return;
            const length = Math.min(left, piece.length);
            const place = join(folder, `d${Math.floor(n / 50)}`);
            mkdirSync(place, { recursive: true });
            writeFileSync(join(place, `f${n}`), read({ ...piece, length }), {
                mode: n % 7 === 0 ? 0o755 : 0o644,
            });
            left -= length;
        }
    }
}

function cut(file: string): Piece[] {
    const { size } = statSync(file);
    const pieces: Piece[] = [];
    for (let start = 0; start < size; start += PIECE)
        pieces.push({ file, start, length: Math.min(PIECE, size - start) });
    return pieces;
}

function read({ file, start, length }: Piece): Buffer {
    const content = Buffer.alloc(length);
    const open = openSync(file, "r");
    try {
        return content.subarray(0, readSync(open, content, 0, length, start));
    } finally {
        closeSync(open);
    }
}

/** Regular files, in an order that is the same everywhere. */
function filesBelow(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
}
