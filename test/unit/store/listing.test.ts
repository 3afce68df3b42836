import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Listing, listingOf } from "../../../src/store/listing.ts";

describe("the listing of a NAR", () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "listing-"))));
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("says what is where", async () => {
        mkdirSync(join(folder, "bin"));
        mkdirSync(join(folder, "empty"));
        writeFileSync(join(folder, "bin", "run"), "hello\n", { mode: 0o755 });
        symlinkSync('a "quoted"\n target', join(folder, "link"));
        writeFileSync(join(folder, "ö"), "");
        assert.deepEqual(JSON.parse((await listingOf(folder)) ?? ""), {
            version: 1,
            root: {
                type: "directory",
                entries: {
                    bin: {
                        type: "directory",
                        entries: { run: { type: "regular", executable: true, size: 6, narOffset: 400 } },
                    },
                    empty: { type: "directory", entries: {} },
                    link: { type: "symlink", target: 'a "quoted"\n target' },
                    ö: { type: "regular", size: 0, narOffset: 1000 },
                },
            },
        });
    });

    it("is left out where a name or a target is no text, or nothing was seen", async () => {
        writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff, 0x41])]), "");
        assert.equal(await listingOf(folder), undefined);
        rmSync(folder, { recursive: true });
        symlinkSync(Buffer.from([0xc0, 0x80]), folder);
        assert.equal(await listingOf(folder), undefined);
        assert.equal(new Listing().end(), undefined);
    });

    it("is left out above 64 MiB", () => {
        const listing = new Listing();
        const name = Buffer.alloc(200_000, "n");
        listing.see({ depth: 0, name: Buffer.alloc(0), type: "directory" });
        for (let n = 0; n < 340; n++) listing.see({ depth: 1, name, type: "directory" });
        assert.equal(listing.end(), undefined);
    });
});
