import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { WRITE, WRITTEN } from "./configuration.ts";

describe("what the settings' tables say", () => {
    for (const [name, renew] of Object.entries(WRITTEN)) {
        it(`is in ${name}`, () => {
            const text = readFileSync(join(projectDir, name), "utf8");
            assert.equal(text, renew(text), `${name} is not as the settings say; to write it: ${WRITE}`);
        });

        it(`would be missed in ${name}`, () => {
            const text = readFileSync(join(projectDir, name), "utf8");
            const without = text.split("\n").filter((line) => !line.includes("Days that a NAR is kept"));
            assert.notEqual(without.join("\n"), text);
            assert.equal(renew(without.join("\n")), renew(text));
        });
    }
});
