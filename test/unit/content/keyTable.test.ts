import assert from "node:assert/strict";
import fc from "fast-check";
import { KeyTable } from "../../../src/content/compact/keyTable.ts";

describe("a table of names", () => {
    it("numbers names as they come, and gives them back", () => {
        fc.assert(
            fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 60 })), (names) => {
                const table = new KeyTable();
                const known = new Map<string, number>();
                for (const name of names) {
                    assert.equal(table.find(name), known.get(name));
                    if (!known.has(name)) known.set(name, known.size);
                    assert.equal(table.add(name), known.get(name));
                }
                assert.equal(table.size, known.size);
                for (const [name, number] of known) assert.equal(table.key(number), name);
            }),
        );
    });

    it("holds a hundred thousand", () => {
        const table = new KeyTable();
        for (let number = 0; number < 100_000; number++) table.add(`nar/${number}.nar`);
        assert.deepEqual(
            [table.size, table.find("nar/99999.nar"), table.find("nar/100000.nar"), table.key(77_777)],
            [100_000, 99_999, undefined, "nar/77777.nar"],
        );
    });
});
