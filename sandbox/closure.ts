import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nixSha256, serialiseNar, STORE_DIR, textStorePath } from "../src/cache/nar.ts";
import { formatNarinfo, parseNarinfo, signNarinfo, type NarInfo } from "../src/cache/narinfo.ts";
import { nixOrFail, storeUrl, type NixSandbox } from "./nixCommand.ts";

/** A text file for the store; its contents name the earlier ones that it refers to. */
interface Text {
    readonly name: string;
    /** Which of the texts before it this one mentions, by index. */
    readonly uses: readonly number[];
}

/** Four store paths; each refers to all that come before it. */
const TEXTS: readonly Text[] = [
    { name: "nix-cache-proof-1", uses: [] },
    { name: "nix-cache-proof-2", uses: [0] },
    { name: "nix-cache-proof-3", uses: [0, 1] },
    { name: "nix-cache-proof-4", uses: [0, 1, 2] },
];

/** A file of a binary cache. */
export interface CacheFile {
    /** Its name in the bucket: `nar/….nar.xz` or `HASH.narinfo`. */
    readonly name: string;
    readonly content: Buffer;
}

/** What is pushed: files in the order in which they must be. */
export interface Export {
    readonly nars: readonly CacheFile[];
    readonly narinfos: readonly CacheFile[];
}

/** The closure's store paths, from the first to the one that refers to all others. */
export function closurePaths(): string[] {
    const paths: string[] = [];
    for (const text of TEXTS) paths.push(textStorePath({ name: text.name, ...resolve(text, paths) }));
    return paths;
}

/** Contents of the last path of {@link closurePaths}, to compare with what was read back. */
export function lastContents(): string {
    const text = TEXTS.at(-1);
    return text === undefined ? "" : resolve(text, closurePaths()).contents;
}

/** Lets real Nix make the closure in a store of its own, sign it, and write it as a binary cache. */
export async function exportWithNix(sandbox: NixSandbox, secretKey: string): Promise<Export> {
    const store = storeUrl(join(sandbox.dir, "made"));
    const top = await nixOrFail(sandbox, "nix", ["eval", "--store", store, "--raw", "--expr", expression()]);
    const keyFile = join(sandbox.dir, "secret-key");
    writeFileSync(keyFile, secretKey, { mode: 0o600 });
    const exported = join(sandbox.dir, "exported");
    await nixOrFail(sandbox, "nix", [
        "copy",
        "--store",
        store,
        "--to",
        `file://${exported}?secret-key=${keyFile}`,
        top,
    ]);
    const read = (folder: string, prefix: string, end: RegExp) =>
        readdirSync(join(exported, folder))
            .filter((name) => end.test(name))
            .map((name) => ({ name: prefix + name, content: readFileSync(join(exported, folder, name)) }));
    return {
        nars: read("nar", "nar/", /\.nar/),
        narinfos: read(".", "", /\.narinfo$/).map(({ name, content }) => ({
            name,
            content: Buffer.from(formatNarinfo(withoutCa(parseNarinfo(content.toString())))),
        })),
    };
}

/** Makes the same closure without Nix; its NARs are not compressed. */
export function exportWithoutNix(secretKey: string): Export {
    const paths = closurePaths();
    const files = TEXTS.map((text, index) => {
        const { contents, references } = resolve(text, paths);
        const nar = serialiseNar({ type: "regular", contents });
        const narHash = nixSha256(nar);
        const info: NarInfo = {
            storePath: paths[index] ?? "",
            url: `nar/${narHash.slice("sha256:".length)}.nar`,
            compression: "none",
            fileHash: narHash,
            fileSize: nar.length,
            narHash,
            narSize: nar.length,
            references: references.map((path) => path.slice(STORE_DIR.length + 1)),
            signatures: [],
        };
        return { info: signNarinfo(info, secretKey), nar };
    });
    return {
        nars: files.map(({ info, nar }) => ({ name: info.url, content: nar })),
        narinfos: files.map(({ info }) => ({
            name: narinfoName(info.storePath),
            content: Buffer.from(formatNarinfo(info)),
        })),
    };
}

/** Name of a store path's narinfo in a binary cache: its hash and `.narinfo`. */
export function narinfoName(storePath: string): string {
    return `${storePath.slice(STORE_DIR.length + 1).split("-")[0] ?? ""}.narinfo`;
}

/**
 * A text's path follows from its content, and Nix believes such a path without
 * any signature. Without this line it is like every path that was built, which
 * Nix takes only with the signature of a trusted key; no signature covers it.
 */
function withoutCa(info: NarInfo): NarInfo {
    const copy: { -readonly [Key in keyof NarInfo]: NarInfo[Key] } = { ...info };
    delete copy.ca;
    return copy;
}

function resolve(text: Text, paths: readonly string[]): { contents: string; references: string[] } {
    const references = text.uses.map((index) => paths[index] ?? "");
    return { contents: [`${text.name} refers to`, ...references, ""].join("\n"), references };
}

/** The closure as a Nix expression. */
function expression(): string {
    const bindings = TEXTS.map((text, index) => {
        const contents = [`${text.name} refers to`, ...text.uses.map((use) => `\${t${use}}`), ""].join("\\n");
        return `t${index} = builtins.toFile "${text.name}" "${contents}";`;
    });
    return `let ${bindings.join(" ")} in t${TEXTS.length - 1}`;
}
