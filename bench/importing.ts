import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { nixEnvironment, storeUrl, type NixSandbox } from "../sandbox/nixCommand.ts";
import { serialiseNar, STORE_DIR } from "../src/cache/nar.ts";
import { encodeNixBase32 } from "../src/cache/nixBase32.ts";
import { UserError } from "../src/cache/problem.ts";
import { lastLine } from "../src/system/run.ts";

/** A store path to be made. */
export interface Made {
    readonly name: string;
    /** Its content: one file's, or a folder that holds it. */
    readonly content: Buffer | string;
    /** Full store paths. Default: none. */
    readonly references?: readonly string[];
}

/** Magic number of an exported path (Nix, `exportMagic` of `export-import.cc`). */
const MAGIC = 0x4558494e;

/** The path of a name: of the kind that a build gives, which says nothing of the content. */
export function pathOf(name: string): string {
    const digest = createHash("sha256").update(name).digest().subarray(0, 20);
    return `${STORE_DIR}/${encodeNixBase32(digest)}-${name}`;
}

/**
 * Makes store paths with references, without building anything: Nix takes them
 * from the stream that `nix-store --export` would write of them.
 *
 * @param root folder in which the store's /nix is
 * @throws UserError with what Nix said
 */
export async function importPaths(
    nix: NixSandbox,
    root: string,
    paths: AsyncIterable<Made> | Iterable<Made>,
) {
    const env = nixEnvironment(nix, "fsync-metadata = false");
    const child = spawn(join(nix.nix, "nix-store"), ["--store", storeUrl(root), "--import"], {
        cwd: nix.dir,
        env,
        stdio: ["pipe", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (part: Buffer) => (said += part.toString()));
    const ended = once(child, "close");
    try {
        await pipeline(exported(nix, paths), child.stdin);
    } catch {
        // Nix says why it has ended.
    }
    const [status] = (await ended) as [number | null];
    if (status !== 0) throw new UserError(`nix-store --import failed: ${lastLine(said)}`);
}

async function* exported(
    nix: NixSandbox,
    paths: AsyncIterable<Made> | Iterable<Made>,
): AsyncGenerator<Buffer> {
    for await (const { name, content, references = [] } of paths) {
        yield number(1);
        if (typeof content === "string") yield* dump(nix, content);
        else yield serialiseNar({ type: "regular", contents: content });
        yield number(MAGIC);
        yield text(pathOf(name));
        yield number(references.length);
        for (const reference of [...references].sort()) yield text(reference);
        // No deriver, and no signature of the old kind.
        yield text("");
        yield number(0);
    }
    yield number(0);
}

async function* dump(nix: NixSandbox, folder: string): AsyncGenerator<Buffer> {
    const child = spawn(join(nix.nix, "nix-store"), ["--dump", folder], {
        env: nixEnvironment(nix),
        stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "close");
    for await (const part of child.stdout) yield part as Buffer;
    const [status] = (await ended) as [number | null];
    if (status !== 0) throw new UserError(`nix-store --dump ${folder} failed`);
}

function number(value: number): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
}

function text(value: string): Buffer {
    const bytes = Buffer.from(value);
    return Buffer.concat([number(bytes.length), bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);
}
