import { closeSync, fstatSync, read, readlinkSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { onDisk } from "./bytePath.ts";
import type { EntryType } from "./folder.ts";
import { NarBuffer } from "./narBuffer.ts";
import { CLOSE, MAGIC, OPEN_FILE, OPEN_LINK, OPEN_PROGRAM } from "./narText.ts";
import { readFault } from "./readFault.ts";
import { ReadAhead } from "./readAhead.ts";
import { changed, openFile, readWhole, type OpenFile } from "./smallFile.ts";
import { nodes } from "./treeWalk.ts";

/** One file, folder or link of a NAR, in the NAR's order. */
export interface NarEntry {
    /** 0: the path itself; 1: what is in it, if it is a folder; and so on. */
    readonly depth: number;
    /** Its name, in bytes; of the path itself it is empty. */
    readonly name: Buffer;
    readonly type: EntryType;
    /** Bytes of a file. */
    readonly size?: number;
    /** Whether a file may be run. */
    readonly executable?: boolean;
    /** Where in the NAR a file's content begins, in bytes. */
    readonly narOffset?: number;
    /** What a link leads to, in bytes. */
    readonly target?: Buffer;
}

/** How a NAR is made. */
export interface NarOptions {
    /** Told of each entry as it is reached. */
    readonly seen?: ((entry: NarEntry) => void) | undefined;
    /** Bytes of the pieces that it comes in, about. Default: 128 KiB. */
    readonly pieceBytes?: number;
    /**
     * Whether a piece is done with when the next is asked for: its memory is used
     * again then. Default: each piece is the caller's.
     */
    readonly reuse?: boolean;
    /** Whether Nix's case hack is undone in names (`use-case-hack`). Default: on macOS, as in Nix. */
    readonly caseHack?: boolean;
    /** Milliseconds that a file takes, from which those after it are read ahead. Default: 1. */
    readonly slowMs?: number;
    /** Whether contents are passed over: for who wants to see the entries alone. What is yielded is no NAR then. Default: false. */
    readonly skim?: boolean;
}

const PIECE_BYTES = 128 * 1024;
/** Larger files are read a piece at a time, while what was read before is on its way. */
const LARGE_BYTES = 256 * 1024;
/** Milliseconds after which other work has its turn. */
const TURN_MS = 8;

/** A file in the system's cache takes a thirtieth of that. */
const SLOW_MS = 1;

const readAsync = promisify(read);

/**
 * Serialises a file, a folder or a link on the disk as a Nix archive, byte for
 * byte what `nix-store --dump` writes. Names and targets are bytes, as Nix takes them.
 *
 * In memory are two pieces, and the sorted names of the folders around the file
 * that is read.
 *
 * Source: Nix manual, "Nix Archive (NAR) Format"; `archive.cc`.
 *
 * @param path on the disk
 * @throws PathError, one line, for what no NAR holds (a socket, a pipe, a device), a file that changes while it is
 *   read, and what is not there; MachineError when the system does not let it be read
 */
export async function* narOf(path: string, options: NarOptions = {}): AsyncGenerator<Buffer> {
    const { seen, pieceBytes = PIECE_BYTES, caseHack = process.platform === "darwin" } = options;
    const nar = new NarBuffer(pieceBytes, options.reuse === true);
    const ahead = options.skim === true ? undefined : new ReadAhead(options.slowMs ?? SLOW_MS);
    nar.add(MAGIC);
    let turnAt = performance.now() + TURN_MS;
    try {
        for (const { at, entry, depth, folder } of nodes(
            Buffer.from(path).toString("latin1"),
            caseHack,
            nar,
        )) {
            const name = onDisk(entry.name);
            if (entry.type === "directory") {
                seen?.({ depth, name, type: "directory" });
            } else if (entry.type === "symlink") {
                const target = linkTarget(at);
                nar.add(OPEN_LINK);
                nar.addText(target);
                nar.add(CLOSE);
                seen?.({ depth, name, type: "symlink", target });
            } else {
                if (folder !== undefined) await ahead?.before(at, folder);
                const began = performance.now();
                const file = opened(at);
                try {
                    const { size, executable } = file;
                    nar.add(executable ? OPEN_PROGRAM : OPEN_FILE);
                    nar.addLength(size);
                    seen?.({ depth, name, type: "regular", size, executable, narOffset: nar.offset });
                    if (options.skim === true) nar.skip(size);
                    else if (size > LARGE_BYTES) yield* large(at, file, nar);
                    else {
                        readWhole(at, file, nar.room(size + 8));
                        nar.wrote(size);
                        ahead?.took(performance.now() - began);
                    }
                    nar.addPadding(size);
                    nar.add(CLOSE);
                } catch (error) {
                    throw readFault(at, error);
                } finally {
                    closeSync(file.fd);
                }
            }
            if (nar.isFull) {
                yield nar.take() ?? Buffer.alloc(0);
                if (performance.now() < turnAt) continue;
                await turn();
                turnAt = performance.now() + TURN_MS;
            }
        }
    } finally {
        await ahead?.end();
    }
    const rest = nar.take();
    if (rest !== undefined) yield rest;
}

function linkTarget(at: string): Buffer {
    try {
        return readlinkSync(onDisk(at), "buffer");
    } catch (error) {
        throw readFault(at, error);
    }
}

function opened(at: string): OpenFile {
    try {
        return openFile(at);
    } catch (error) {
        throw readFault(at, error);
    }
}

/** The content of a large file, which other work need not wait for. */
async function* large(at: string, { fd, size }: OpenFile, nar: NarBuffer): AsyncGenerator<Buffer> {
    let left = size;
    while (left > 0) {
        const full = nar.take();
        const room = nar.room(Math.min(left, LARGE_BYTES));
        const reading = readAsync(fd, room, 0, room.length, null);
        try {
            if (full !== undefined) yield full;
        } finally {
            // Also where nobody takes any more: the descriptor must not be closed, and become another's, before.
            await reading.catch(() => undefined);
        }
        const { bytesRead } = await reading;
        if (bytesRead === 0) throw changed(at);
        nar.wrote(bytesRead);
        left -= bytesRead;
    }
    if (fstatSync(fd).size !== size) throw changed(at);
}
