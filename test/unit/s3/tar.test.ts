import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tarOf } from "../../../src/s3/tar.ts";

describe("an archive", () => {
    const entries = ["", "a", "b".repeat(511), "c".repeat(512), "d".repeat(513)].map((text, index) => ({
        name: `${String(index).repeat(32)}.ls`,
        content: Buffer.from(text),
    }));

    it("is what tar reads", () => {
        const folder = mkdtempSync(join(tmpdir(), "nix-cache-tar-"));
        try {
            const input = tarOf(entries, { "minio.metadata.Content-Type": "application/json" });
            execFileSync("tar", ["-x", "-C", folder], { input, stdio: ["pipe", "ignore", "ignore"] });
            assert.deepEqual(readdirSync(folder).sort(), entries.map(({ name }) => name).sort());
            for (const { name, content } of entries)
                assert.deepEqual(readFileSync(join(folder, name)), content);
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    });

    it("says in each record how long it is, its own digits counted", () => {
        for (const length of [1, 80, 85, 86, 87, 88, 90, 985]) {
            const value = "v".repeat(length);
            const text = tarOf([{ name: "x", content: Buffer.alloc(0) }], { name: value }).toString("latin1");
            const [, size = "", record = ""] = /(\d+)( name=v+\n)/.exec(text) ?? [];
            assert.equal(Number(size), size.length + record.length);
        }
    });

    it("has no longer names than its format", () => {
        const content = Buffer.alloc(0);
        assert.throws(() => tarOf([{ name: "x".repeat(101), content }], {}), /too long a name/);
    });
});
