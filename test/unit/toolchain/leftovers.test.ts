import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeOldLogs, removeUnfinished } from "../../../toolchain/leftovers.ts";

describe("what killed runs leave in the cache folder", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-leftovers-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("is removed a day later, and nothing else", () => {
        const old = new Date(Date.now() - 25 * 60 * 60 * 1000);
        for (const name of ["making-minio-a", "node-making-b", "making-mc-new", "node-24.21.0", "minio-v1"]) {
            mkdirSync(join(folder, name));
            writeFileSync(join(folder, name, "file"), "");
            if (name !== "making-mc-new") utimesSync(join(folder, name), old, old);
        }
        removeUnfinished(folder);
        assert.deepEqual(readdirSync(folder).sort(), ["making-mc-new", "minio-v1", "node-24.21.0"]);
    });

    it("is of logs the newest ten", () => {
        for (let n = 0; n < 15; n++) {
            const file = join(folder, `pulumi-${n}.log`);
            writeFileSync(file, "");
            utimesSync(file, n, n);
        }
        removeOldLogs(folder);
        const left = Array.from({ length: 10 }, (_, n) => `pulumi-${n + 5}.log`);
        assert.deepEqual(new Set(readdirSync(folder)), new Set(left));
    });
});
