import assert from "node:assert/strict";
import type { Broken } from "../../../src/mend/broken.ts";
import { sorted } from "../../../src/mend/repairPlan.ts";

const name = (letter: string) => `${letter.repeat(32)}-${letter}`;
const path = (letter: string) => `/nix/store/${name(letter)}`;
const broken = (letter: string, more: Partial<Broken>): Broken => ({
    key: `${letter.repeat(32)}.narinfo`,
    path: path(letter),
    faults: ["nar"],
    missing: [],
    wrong: ["it is broken"],
    ...more,
});

/** Letters by what becomes of them, with a store that has these. */
function of(all: readonly Broken[], valid: string, named: Readonly<Record<string, string>> = {}) {
    const local = {
        valid: new Set(Array.from(valid, path)),
        named: new Map(
            Object.entries(named).map(([key, value]) => [`${key.repeat(32)}.narinfo`, path(value)]),
        ),
    };
    const { push, pushed, lost, left } = sorted(all, local);
    const letters = (some: readonly Broken[]) => some.map(({ key }) => key[0]).join("");
    return {
        push: push.map((one) => one.at(-1)).join(""),
        pushed: letters(pushed),
        lost: letters(lost),
        left: letters(left),
    };
}

describe("what becomes of a broken narinfo", () => {
    for (const [what, all, valid, expected] of [
        ["it is pushed where the store has it", [broken("a", {})], "a", { push: "a", pushed: "a" }],
        ["it goes where the store has it not", [broken("a", {})], "b", { lost: "a" }],
        [
            "the answer is at fault, whatever else is: it is left",
            [broken("a", { faults: ["signature", "answer"] }), broken("b", { faults: ["answer"] })],
            "b",
            { left: "ab" },
        ],
        [
            "it is good where the store has what it refers to, though not itself",
            [broken("a", { faults: ["reference"], missing: [name("b"), name("c")] })],
            "bc",
            { push: "bc", pushed: "a" },
        ],
        [
            "it goes where the store has some of what it refers to",
            [broken("a", { faults: ["reference"], missing: [name("b"), name("c")] })],
            "b",
            { lost: "a" },
        ],
        [
            "it goes where more is wrong than what it refers to",
            [broken("a", { faults: ["nar", "reference"], missing: [name("b")] })],
            "b",
            { lost: "a" },
        ],
    ] as const)
        it(what, () =>
            assert.deepEqual(of(all, valid), { push: "", pushed: "", lost: "", left: "", ...expected }),
        );

    it("has its path from the store where it does not say it", () => {
        const nameless: Broken = {
            key: `${"a".repeat(32)}.narinfo`,
            faults: ["narinfo"],
            missing: [],
            wrong: ["this narinfo has no StorePath"],
        };
        assert.deepEqual(of([nameless], "a", { a: "a" }), { push: "a", pushed: "a", lost: "", left: "" });
        assert.deepEqual(of([nameless], "a"), { push: "", pushed: "", lost: "a", left: "" });
    });
});
