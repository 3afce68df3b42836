import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { storePathOf } from "../../../src/store/pathArguments.ts";
import { madeUp } from "../../standIn/pusher.ts";

const PATH = madeUp(1);

describe("a path that is to be pushed", () => {
    let folder: string;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "nix-cache-arguments-"));
        symlinkSync(PATH, join(folder, "result"));
        symlinkSync("result", join(folder, "profile"));
        mkdirSync(join(folder, "gcroots"));
        symlinkSync("../profile", join(folder, "gcroots", "auto"));
        symlinkSync("circle", join(folder, "circle"));
        symlinkSync("nothing", join(folder, "dangling"));
        writeFileSync(join(folder, "file"), "");
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("is a store path, what is in one, or a link that leads there", () => {
        for (const given of [
            PATH,
            `${PATH}/`,
            `${PATH}/bin/x`,
            PATH.slice("/nix/store/".length),
            "/nix/store/../store/" + PATH.slice("/nix/store/".length),
            join(folder, "result"),
            join(folder, "result", "bin", "x"),
            join(folder, "profile"),
            join(folder, "gcroots", "auto"),
            `${join(folder, "gcroots")}/../result`,
            relative(process.cwd(), join(folder, "result")),
        ])
            assert.equal(storePathOf(given), PATH, given);
    });

    for (const [given, reason] of [
        ["nixpkgs#hello", /names what can be built; push what it makes: nix build .* \| nix-cache push -$/],
        [".#default", /names what can be built/],
        ["github:NixOS/nixpkgs", /names what can be built/],
        ["", /^"" is not there; give a store path/],
        ["hello", /is not there; give a store path, or a link to one such as \.\/result$/],
        ["/nix/store", /is not (there|in)/],
        ["/nix/store/hello", /is not there/],
        ["file", /is not in \/nix\/store; give a store path, or a link/],
        ["file/x", /is not there/],
        ["dangling", /is not in \/nix\/store|is not there/],
        ["circle", /is not there/],
    ] as const) {
        it(`is none, and one line says what to type: ${given}`, () => {
            const at = ["file", "file/x", "dangling", "circle"].includes(given) ? join(folder, given) : given;
            assert.throws(
                () => storePathOf(at),
                (error: Error) => {
                    assert.equal(error.name, "UsageError");
                    assert.match(error.message, reason);
                    return !error.message.includes("\n");
                },
            );
        });
    }
});
