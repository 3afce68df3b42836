import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
    chmodSync,
    closeSync,
    ftruncateSync,
    mkdirSync,
    openSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { nixSha256 } from "../../src/cache/nar.ts";
import { Listing, listingOf } from "../../src/store/listing.ts";
import { narOf } from "../../src/store/narStream.ts";
import { nixOrFail } from "../../sandbox/nixCommand.ts";
import { maySkip, skip } from "../skips.ts";
import { newFolder, theWorld } from "./world.ts";

/** The long form: 2,000 trees, 100,000 files in a folder, a file of 5 GiB. Minutes. */
const isLong = process.env.NIX_CACHE_TEST_LONG === "1";

/** A tree of bytes: names and targets need be no text. Strings are latin1. */
type Tree =
    | { readonly contents: Buffer; readonly executable: boolean }
    | { readonly target: string }
    | { readonly entries: readonly (readonly [name: string, tree: Tree])[] };

/** Every byte that a file system takes. */
const byte = fc.integer({ min: 1, max: 255 }).filter((value) => value !== 0x2f);
const name = fc
    .array(byte, { minLength: 1, maxLength: 24 })
    .map((bytes) => Buffer.from(bytes).toString("latin1"))
    .filter((text) => text !== "." && text !== "..");
const file = fc.record({
    contents: fc.oneof(
        fc.constantFrom(0, 7, 8, 9, 4095, 262_144, 262_145).map((size) => Buffer.alloc(size, "nar")),
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    ),
    executable: fc.boolean(),
});
const link = fc.record({
    target: fc.array(byte, { minLength: 1, maxLength: 200 }).map((b) => Buffer.from(b).toString("latin1")),
});
const { tree } = fc.letrec<{ tree: Tree; folder: Tree }>((tie) => ({
    tree: fc.oneof({ depthSize: "small", withCrossShrink: true }, file, link, tie("folder")),
    folder: fc.record({
        entries: fc.uniqueArray(fc.tuple(name, tie("tree")), { maxLength: 12, selector: ([one]) => one }),
    }),
}));

const bytes = (path: string) => Buffer.from(path, "latin1");

function write(path: string, what: Tree): void {
    if ("target" in what) symlinkSync(bytes(what.target), bytes(path));
    else if ("contents" in what)
        writeFileSync(bytes(path), what.contents, { mode: what.executable ? 0o555 : 0o444 });
    else {
        mkdirSync(bytes(path));
        for (const [entry, inside] of what.entries) write(`${path}/${entry}`, inside);
        // As in a store.
        chmodSync(bytes(path), 0o555);
    }
}

async function ours(path: string): Promise<string> {
    const hash = createHash("sha256");
    for await (const piece of narOf(path)) hash.update(piece);
    return hash.digest("hex");
}

describe("our NARs and those of nix-store --dump", function () {
    maySkip(this, "nix");
    this.timeout(isLong ? 1_800_000 : 120_000);
    let nixStore: string;
    let folder = "";
    before(async function () {
        const { tools } = await theWorld();
        if (tools.nix === undefined) skip(this, "nix");
        nixStore = join(tools.nix, "nix-store");
        folder = newFolder("nar-bytes");
    });
    after(() => {
        if (folder !== "") spawnSync("chmod", ["-R", "u+w", folder]);
    });

    const theirs = async (path: string): Promise<string> => {
        const child = spawn(nixStore, ["--dump", path], { stdio: ["ignore", "pipe", "inherit"] });
        const hash = createHash("sha256");
        const ended = new Promise((resolve) => child.once("close", resolve));
        for await (const piece of child.stdout as AsyncIterable<Buffer>) hash.update(piece);
        assert.equal(await ended, 0, "nix-store --dump");
        return hash.digest("hex");
    };

    it("are the same for random trees, names and targets of any bytes", async () => {
        const path = join(folder, "random");
        const property = fc.asyncProperty(tree, async (what) => {
            write(path, what);
            try {
                assert.equal(await ours(path), await theirs(path));
            } finally {
                spawnSync("chmod", ["-R", "u+w", path]);
                rmSync(path, { recursive: true, force: true });
            }
        });
        await fc.assert(property, {
            numRuns: isLong ? 2000 : 60,
            interruptAfterTimeLimit: isLong ? 1_700_000 : 100_000,
        });
    });

    it("are the same for a name of each byte, and sorted by them", async () => {
        const path = join(folder, "names");
        const all = Array.from({ length: 256 }, (_, n) => String.fromCharCode(n)).filter(
            (one) => !"\0/.".includes(one),
        );
        const entries = [...all, ...all.map((one) => `a${one}`), "...", "a", "ab", "n".repeat(255)];
        write(path, {
            entries: [...new Set(entries)].map(
                (one) => [one, { contents: bytes(one), executable: false }] as const,
            ),
        });
        assert.equal(await ours(path), await theirs(path));
    });

    const many = isLong ? 100_000 : 5_000;
    it(`are the same for ${many} files in a folder`, async () => {
        const path = join(folder, "many");
        mkdirSync(path);
        for (let n = 0; n < many; n++) writeFileSync(join(path, `${(n * 7919) % many}-${n}`), String(n));
        assert.equal(await ours(path), await theirs(path));
        const listing = JSON.parse((await listingOf(path)) ?? "") as { root: { entries: object } };
        assert.equal(Object.keys(listing.root.entries).length, many);
    });

    const size = isLong ? 5 * 1024 ** 3 + 3 : 20 * 1024 ** 2 + 3;
    it(`are the same for a file of ${size} bytes, with holes`, async () => {
        const path = join(folder, "large");
        const fd = openSync(path, "w");
        ftruncateSync(fd, size);
        closeSync(fd);
        assert.equal(await ours(path), await theirs(path));
        rmSync(path);
    });

    it("have the listing that Nix writes", async () => {
        const { tools, bundle } = await theWorld();
        const sandbox = { nix: tools.nix ?? "", bundle, dir: newFolder("nar-listing") };
        const path = join(sandbox.dir, "tree");
        mkdirSync(join(path, "bin"), { recursive: true });
        mkdirSync(join(path, "empty"));
        writeFileSync(join(path, "bin", "run"), "hello\n", { mode: 0o755 });
        writeFileSync(join(path, "nothing"), "");
        writeFileSync(join(path, 'a "b" ö\u{1F600}'), Buffer.alloc(300_000));
        symlinkSync("../x", join(path, "bin", "link"));
        const store = `local?root=${join(sandbox.dir, "store")}`;
        const storePath = await nixOrFail(sandbox, "nix", ["store", "add-path", "--store", store, path]);
        const cache = join(sandbox.dir, "cache");
        const to = `file://${cache}?write-nar-listing=true&compression=none`;
        await nixOrFail(sandbox, "nix", ["copy", "--no-check-sigs", "--from", store, "--to", to, storePath]);
        const hash = storePath.slice("/nix/store/".length, "/nix/store/".length + 32);
        const written = JSON.parse(readFileSync(join(cache, `${hash}.ls`), "utf8")) as unknown;
        const listing = new Listing();
        const pieces: Buffer[] = [];
        for await (const piece of narOf(path, { seen: listing.see })) pieces.push(piece);
        assert.deepEqual(JSON.parse(listing.end() ?? ""), written);
        assert.match(
            readFileSync(join(cache, `${hash}.narinfo`), "utf8"),
            new RegExp(`NarHash: ${nixSha256(Buffer.concat(pieces))}`),
        );
        spawnSync("chmod", ["-R", "u+w", sandbox.dir]);
    });
});
