import assert from "node:assert/strict";
import { byBytes, nixSha256, serialiseNar, textStorePath, type FileTree } from "../../../src/cache/nar.ts";

// Every expected value here is what Nix 2.8.0 printed for the same files.

describe("Nix archives", () => {
    it("hold a file as nix-store --dump writes it", () => {
        assert.equal(
            serialiseNar({ type: "regular", contents: "hello\n" }).toString("base64"),
            "DQAAAAAAAABuaXgtYXJjaGl2ZS0xAAAAAQAAAAAAAAAoAAAAAAAAAAQAAAAAAAAAdHlwZQAAAAAHAAAAAAAAAHJlZ3VsYXIACAAAAAAAAABjb250ZW50cwYAAAAAAAAAaGVsbG8KAAABAAAAAAAAACkAAAAAAAAA",
        );
    });

    it("hold a folder with everything that there is", () => {
        const tree: FileTree = {
            type: "directory",
            entries: {
                sub: {
                    type: "directory",
                    entries: {
                        zero: { type: "regular", contents: "" },
                        eight: { type: "regular", contents: Buffer.from("12345678") },
                    },
                },
                run: { type: "regular", contents: "#!/bin/sh\n", executable: true },
                link: { type: "symlink", target: "a.txt" },
                "a.txt": { type: "regular", contents: "hello\n" },
                empty: { type: "directory", entries: {} },
            },
        };
        const nar = serialiseNar(tree);
        assert.equal(nar.length, 1424);
        assert.equal(nixSha256(nar), "sha256:0spmapnc5zm58lmbjxs3xvipyxbha8fgkfq88iiyxsrlw4bbyy0x");
    });

    it("sort entries by bytes, not by a language's order", () => {
        const names = ["b", "B", "ä", "a-", "a.", "a", "10", "9", "\u{1F600}", "\uFFFD"];
        assert.deepEqual([...names].sort(byBytes), [
            "10",
            "9",
            "B",
            "a",
            "a-",
            "a.",
            "b",
            "ä",
            "\uFFFD",
            "\u{1F600}",
        ]);
    });
});

describe("store paths of text files", () => {
    it("are those of builtins.toFile", () => {
        assert.equal(
            textStorePath({ name: "a.txt", contents: "hello\n" }),
            "/nix/store/8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm-a.txt",
        );
        assert.equal(
            textStorePath({ name: "c", contents: "" }),
            "/nix/store/wjgx25p2f76yd27x5glp7wl09bwxgf9j-c",
        );
    });

    it("depend on their references, in whatever order these are given", () => {
        const a = "/nix/store/8hb1zapwkfr1j7zmxj7s7wj2pgci7zjm-a.txt";
        const c = "/nix/store/wjgx25p2f76yd27x5glp7wl09bwxgf9j-c";
        for (const references of [
            [a, c],
            [c, a],
        ]) {
            assert.equal(
                textStorePath({ name: "b", contents: `${a} and ${c}`, references }),
                "/nix/store/nyinw6k10kvw39sx2a3b7m1zzp31p1dm-b",
            );
        }
    });
});
