import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
    appendFileSync,
    chmodSync,
    mkdirSync,
    mkdtempSync,
    rmSync,
    symlinkSync,
    truncateSync,
    writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MachineError, PathError } from "../../../src/cache/faults.ts";
import { serialiseNar, type FileTree } from "../../../src/cache/nar.ts";
import { readFault } from "../../../src/store/readFault.ts";
import { narOf, type NarEntry, type NarOptions } from "../../../src/store/narStream.ts";

const project = join(import.meta.dirname, "..", "..", "..");

describe("a NAR of files on the disk", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "nar-"))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const made = async (path: string, options: NarOptions = {}): Promise<Buffer> => {
        const pieces: Buffer[] = [];
        for await (const piece of narOf(path, options)) pieces.push(piece);
        return Buffer.concat(pieces);
    };
    const write = (path: string, tree: FileTree): void => {
        if (tree.type === "symlink") symlinkSync(tree.target, path);
        else if (tree.type === "regular")
            writeFileSync(path, tree.contents, { mode: tree.executable === true ? 0o755 : 0o644 });
        else {
            mkdirSync(path);
            for (const [name, entry] of Object.entries(tree.entries)) write(join(path, name), entry);
        }
    };
    const same = async (tree: FileTree, options: NarOptions = {}) => {
        const path = join(folder, "tree");
        write(path, tree);
        assert.ok((await made(path, options)).equals(serialiseNar(tree)));
    };
    const file = (contents: Buffer | string): FileTree => ({ type: "regular", contents });

    it("is the one that the files are written from, of any size and depth", async () => {
        const sizes = [0, 1, 7, 8, 9, 4096, 128 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1_000_003];
        const entries = Object.fromEntries(
            sizes.map((size) => [`f${size}`, file(Buffer.alloc(size, "nix"))]),
        );
        let deep: FileTree = { type: "directory", entries: {} };
        for (let n = 0; n < 300; n++) deep = { type: "directory", entries: { d: deep, e: file("x") } };
        const tree: FileTree = {
            type: "directory",
            entries: {
                ...entries,
                deep,
                dangling: { type: "symlink", target: "nowhere/at/all" },
                run: { type: "regular", contents: "#!/bin/sh\n", executable: true },
                "ä\u{1F600}": file("12345678"),
                "a\n b": { type: "directory", entries: {} },
            },
        };
        await same(tree, { pieceBytes: 1000 });
    });

    it("is the same where every file counts as slow, so that those after it are read ahead", async () => {
        const names = Array.from({ length: 200 }, (_, n) => `${n}`);
        const entries = Object.fromEntries(names.map((name) => [name, file(name.repeat(Number(name)))]));
        const tree: FileTree = {
            type: "directory",
            entries: {
                ...entries,
                large: file(Buffer.alloc(700_000)),
                within: { type: "directory", entries },
            },
        };
        await same(tree, { slowMs: 0 });
    });

    it("is of a file or a link too", async () => {
        await same(file("1234567"));
        rmSync(join(folder, "tree"));
        await same({ type: "symlink", target: "/nix/store" });
    });

    it("sorts thousands of names by their bytes", async () => {
        const names = Array.from({ length: 3000 }, (_, n) => `${(n * 7919) % 3000}${n % 2 ? "ö" : "."}${n}`);
        await same({
            type: "directory",
            entries: Object.fromEntries(names.map((name) => [name, file(name)])),
        });
    });

    it("takes the owner's x bit for a program, and no other", async () => {
        for (const [mode, executable] of [
            [0o100, true],
            [0o011, false],
            [0o744, true],
            [0o444, false],
        ] as const) {
            const path = join(folder, `f${mode}`);
            writeFileSync(path, "x");
            chmodSync(path, mode);
            // Without root, a file that its owner may only run cannot be read either.
            if (process.getuid?.() !== 0 && (mode & 0o400) === 0) continue;
            assert.ok(
                (await made(path)).equals(serialiseNar({ type: "regular", contents: "x", executable })),
            );
        }
    });

    it("tells where each file's content is", async () => {
        const path = join(folder, "tree");
        write(path, {
            type: "directory",
            entries: { a: file("hello"), b: { type: "directory", entries: { c: file("nix") } } },
        });
        const seen: NarEntry[] = [];
        const nar = await made(path, { seen: (entry) => seen.push(entry) });
        const content = ({ narOffset = 0, size = 0 }: NarEntry) =>
            nar.toString("utf8", narOffset, narOffset + size);
        assert.deepEqual(
            seen.map((entry) => [entry.depth, entry.name.toString(), entry.type, content(entry)]),
            [
                [0, "", "directory", ""],
                [1, "a", "regular", "hello"],
                [1, "b", "directory", ""],
                [2, "c", "regular", "nix"],
            ],
        );
        const skimmed: NarEntry[] = [];
        await made(path, { seen: (entry) => skimmed.push(entry), skim: true });
        assert.deepEqual(skimmed, seen);
    });

    it("undoes the case hack of macOS where it is told to, and refuses two that come to the same name", async () => {
        const path = join(folder, "tree");
        mkdirSync(path);
        for (const name of ["a~nix~case~hack~1", "A", "b~nix~case~hack~2"])
            writeFileSync(join(path, name), name);
        const contents = { "a~nix~case~hack~1": "a", A: "A", "b~nix~case~hack~2": "b" };
        const tree = (names: Record<string, string>): FileTree => ({
            type: "directory",
            entries: Object.fromEntries(Object.entries(names).map(([onDisk, name]) => [name, file(onDisk)])),
        });
        assert.ok((await made(path, { caseHack: true })).equals(serialiseNar(tree(contents))));
        const asTheyAre = Object.fromEntries(Object.keys(contents).map((name) => [name, name]));
        assert.ok((await made(path, { caseHack: false })).equals(serialiseNar(tree(asTheyAre))));
        writeFileSync(join(path, "a"), "");
        await assert.rejects(made(path, { caseHack: true }), { name: "PathError", message: /both calls a$/ });
    });

    it("refuses what no NAR holds, in one line, and does not wait for a pipe", async () => {
        const server = createServer().listen(join(folder, "socket"));
        await new Promise((resolve) => server.once("listening", resolve));
        assert.equal(spawnSync("mkfifo", [join(folder, "pipe")]).status, 0);
        for (const name of ["socket", "pipe"])
            await assert.rejects(made(join(folder, name)), {
                name: "PathError",
                message: new RegExp(`${name} is a ${name};`),
            });
        await assert.rejects(made(folder), PathError);
        await assert.rejects(made("/dev/null"), { name: "PathError", message: /null is a device;/ });
        await new Promise((resolve) => server.close(resolve));
        await assert.rejects(made(join(folder, "gone")), {
            name: "PathError",
            message: /gone cannot be read: there is no such file/,
        });
    });

    for (const [what, change] of [
        ["shrinks", (path: string) => truncateSync(path, 1_000_000)],
        ["grows", (path: string) => appendFileSync(path, "more")],
    ] as const)
        it(`refuses a file that ${what} while it is read`, async () => {
            const path = join(folder, "file");
            writeFileSync(path, Buffer.alloc(3_000_000));
            const nar = narOf(path);
            await nar.next();
            change(path);
            await assert.rejects(
                async () => {
                    for await (const piece of nar) assert.ok(piece.length > 0);
                },
                { name: "PathError", message: /file changed while it was read/ },
            );
        });

    it("takes a folder that may not be read for the machine's fault", async function () {
        const path = join(folder, "tree");
        write(path, { type: "directory", entries: { closed: { type: "directory", entries: {} } } });
        chmodSync(folder, 0o755);
        chmodSync(join(path, "closed"), 0);
        const isRoot = process.geteuid?.() === 0;
        if (isRoot) process.seteuid?.(65534);
        try {
            await assert.rejects(made(path), {
                name: "MachineError",
                message: /closed cannot be read: permission denied/,
            });
        } finally {
            if (isRoot) process.seteuid?.(0);
        }
    });

    it("takes too many open files for the machine's fault, and leaves none open", () => {
        write(join(folder, "tree"), {
            type: "directory",
            entries: { a: file("a"), b: file(Buffer.alloc(600_000)) },
        });
        const script = `
            import { closeSync, openSync, readdirSync } from "node:fs";
            const { narOf } = await import(${JSON.stringify(join(project, "src/store/narStream.ts"))});
            const all = async () => { for await (const piece of narOf(process.argv[1])); };
            const held = [];
            try { for (;;) held.push(openSync("/dev/null")); } catch {}
            await all().catch((error) => console.log(error.name, error.message));
            held.forEach(closeSync);
            const before = readdirSync("/dev/fd").length;
            for (let n = 0; n < 200; n++) await all();
            for await (const piece of narOf(process.argv[1], { slowMs: 0 }));
            const given = narOf(process.argv[1]); await given.next(); await given.return();
            console.log(readdirSync("/dev/fd").length - before);`;
        const { stdout } = spawnSync(
            "sh",
            [
                "-c",
                'ulimit -n 100; exec "$@"',
                "sh",
                process.execPath,
                "--input-type=module",
                "-e",
                script,
                join(folder, "tree"),
            ],
            { encoding: "utf8" },
        );
        assert.match(
            stdout,
            /^MachineError .* cannot be read: too many files are open in this process\n0\n$/,
        );
    });

    it("tells the path's fault from the machine's", () => {
        const fault = (code: string) => readFault("/x", Object.assign(new Error(code), { code, errno: -1 }));
        for (const code of ["ENOENT", "ELOOP", "ENOTDIR"]) assert.ok(fault(code) instanceof PathError, code);
        for (const code of ["EIO", "EMFILE", "EACCES", "ENOMEM", "ESTALE"])
            assert.ok(fault(code) instanceof MachineError, code);
    });
});
