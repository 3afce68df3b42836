import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as zlib from "node:zlib";
import { unzstd } from "../content/zstd.ts";
import { run } from "../system/run.ts";

type Bytes = AsyncIterable<Buffer>;

/** Undoes a compression, piece by piece. @throws Error, one line, where the bytes are not in it */
export type Unpack = (packed: Bytes) => Bytes;

/** What Node has itself. */
const BUILT_IN: Readonly<Record<string, () => zlib.Gunzip>> = {
    gzip: zlib.createGunzip,
    deflate: zlib.createInflate,
    br: zlib.createBrotliDecompress,
};

/** Programs for what Node has not; they are on nearly every machine. `xz` would take any memory that a file asks for. */
const PROGRAMS: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
    xz: ["xz", "--decompress", "--stdout", "--memlimit-decompress=256MiB"],
    bzip2: ["bzip2", "--decompress", "--stdout"],
    lzip: ["lzip", "--decompress", "--stdout"],
    lz4: ["lz4", "--decompress", "--stdout"],
};

const found = new Map<string, Promise<boolean>>();

/** How a compression, as narinfos and HTTP name it, is undone here; undefined: it cannot be. */
export async function unpackerFor(compression: string): Promise<Unpack | undefined> {
    if (compression === "none") return (packed) => packed;
    if (compression === "zstd") return unzstd;
    const builtIn = BUILT_IN[compression];
    if (builtIn !== undefined)
        return (packed) => {
            const through = builtIn();
            return between(packed, through, through, () => Promise.resolve());
        };
    const program = PROGRAMS[compression];
    if (program === undefined) return undefined;
    const [command, ...args] = program;
    const there = found.get(command) ?? run(command, ["--version"]).then(({ status }) => status !== 127);
    found.set(command, there);
    return (await there) ? (packed) => withProgram(packed, command, args) : undefined;
}

function withProgram(packed: Bytes, command: string, args: readonly string[]): Bytes {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    let words = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(0, 1000)));
    const ended = new Promise<string | undefined>((resolve) => {
        child.once("error", (error) => resolve(error.message));
        child.once("close", (status) => resolve(status === 0 ? undefined : firstOf(words, command)));
    });
    return between(packed, child.stdin, child.stdout, async () => {
        const wrong = await ended;
        if (wrong !== undefined) throw new Error(wrong);
    });
}

/** What a program says first is the reason; what follows is advice. */
function firstOf(words: string, command: string): string {
    const line = words.split("\n").find((one) => one.startsWith(`${command}: `));
    return line?.slice(command.length + 2).replace("(stdin): ", "") ?? `${command} failed`;
}

/** What comes out while the other goes in. An error of where it comes from is the one that is heard of. */
async function* between(from: Bytes, into: Writable, out: Readable, end: () => Promise<void>): Bytes {
    let broken: Error | undefined;
    const source = async function* () {
        try {
            yield* from;
        } catch (error) {
            broken = error as Error;
            throw error;
        }
    };
    const fed = pipeline(source, into).catch((error: unknown) => error as Error);
    try {
        yield* out as Bytes;
        await end();
        const error = await fed;
        if (error !== undefined) throw error;
    } catch (error) {
        throw broken ?? error;
    } finally {
        // Ends the program, where there is one: it can read and write no more.
        into.destroy();
        out.destroy();
        await fed;
    }
}
