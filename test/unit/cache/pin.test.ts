import assert from "node:assert/strict";
import { expiryDays } from "../../../src/cache/expiryDates.ts";
import { expiryRules } from "../../../src/cache/expiryRules.ts";
import {
    formatPin,
    isLive,
    parsePin,
    PIN_LIMITS,
    pinPointer,
    rootsOf,
    type Pin,
} from "../../../src/cache/pin.ts";
import { pinned, unpinned } from "../../../src/cache/pinChange.ts";
import { isPinName, isPlainPinName, pinKeys, pinOfRecord } from "../../../src/cache/pinName.ts";

const path = (name: string) => `/nix/store/${"0".repeat(32)}-${name}`;
const NOW = new Date("2026-11-24T17:00:00Z");
const days = (count: number) => new Date(NOW.getTime() + count * 86_400_000);
const wanted = { name: "laptop", by: "nixbuilder", paths: [path("one")], until: null };

/** A record as it may stand in the bucket. */
const record = (changes: Record<string, unknown> = {}) =>
    JSON.stringify({
        version: 1,
        name: "laptop",
        by: "nixbuilder",
        revisions: [{ paths: [path("one")] }],
        ...changes,
    });

describe("the names of pins", () => {
    it("meet no expiry rule", () => {
        for (const name of ["laptop", "0", "hosts/laptop", "nar"])
            for (const key of [pinKeys(name).record, pinKeys(name).pointer])
                assert.equal(expiryDays(expiryRules(1, 0), key), undefined, key);
    });

    it("are read back from the names of records, and from nothing else", () => {
        for (const name of ["laptop", "hosts/laptop", "a.b-c_d"]) {
            assert.equal(pinOfRecord(pinKeys(name).record), name);
            assert.equal(pinOfRecord(pinKeys(name).pointer), undefined);
        }
        for (const key of [
            "_pins/.json",
            "_pins/../x.json",
            "_pins/a/b.json",
            "nar/x.json",
            "_pins/a.json.json",
        ])
            assert.equal(pinOfRecord(key), undefined, key);
    });

    for (const name of [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "hosts/",
        "hosts/a/b",
        "hosts",
        "hosts/hosts",
        "a b",
        "a*",
        "a?",
        "${aws:username}",
        "-rf",
        ".a",
        "a.json",
        "a.JSON",
        "é",
        "a\n",
        "a".repeat(65),
    ])
        it(`are not ${JSON.stringify(name).slice(0, 30)}`, () => assert.equal(isPinName(name), false));

    it("of builders and of the stack are not hosts'", () => {
        assert.ok(isPinName("hosts/laptop"));
        assert.equal(isPlainPinName("hosts/laptop"), false);
        assert.equal(isPlainPinName(7), false);
    });
});

describe("the record of a pin", () => {
    it("is read as it was written", () => {
        const pin = pinned(undefined, { ...wanted, until: days(3), keepRevisions: 2 }, NOW);
        assert.deepEqual(parsePin(formatPin(pin), "laptop"), pin);
        const stacks: Pin = {
            ...pin,
            written: null,
            until: null,
            revisions: [{ since: null, paths: [path("a")] }],
        };
        assert.deepEqual(parsePin(formatPin(stacks), "laptop"), stacks);
    });

    it("may leave out what has a default", () => {
        const { written, until, ended, keepRevisions, revisions } = parsePin(record(), "laptop");
        assert.deepEqual([written, until, ended, keepRevisions], [null, null, false, 1]);
        assert.deepEqual(revisions, [{ since: null, paths: [path("one")] }]);
    });

    const wrongs: Record<string, string> = {
        "is no JSON": "/nix/store/x",
        "is a list": "[]",
        "is null": "null",
        "has another version": record({ version: 2 }),
        "is another pin's": record({ name: "other" }),
        "says of nobody that he wrote it": record({ by: "" }),
        "says of somebody with a long name that he wrote it": record({ by: "a".repeat(65) }),
        "names no path": record({ revisions: [{ paths: [] }] }),
        "has no revision": record({ revisions: [] }),
        "has a revision that is nothing": record({ revisions: [null] }),
        "names a path of another store": record({
            revisions: [{ paths: [`/gnu/store/${"0".repeat(32)}-a`] }],
        }),
        "names a file within a path": record({ revisions: [{ paths: [`${path("a")}/bin/sh`] }] }),
        "names a way out of the store": record({ revisions: [{ paths: ["/nix/store/../../etc/passwd"] }] }),
        "names something with a line end": record({ revisions: [{ paths: [`${path("a")}\n`] }] }),
        "names no text": record({ revisions: [{ paths: [7] }] }),
        "keeps no revision": record({ keepRevisions: 0 }),
        "keeps a million revisions": record({ keepRevisions: 1_000_000 }),
        "has a million revisions": record({ revisions: Array(1_000_000).fill({}) }),
        "has too many revisions": record({ revisions: Array(101).fill({ paths: [path("a")] }) }),
        "names too many paths": record({ revisions: [{ paths: Array(201).fill(path("a")) }] }),
        "has a date that is none": record({ until: "tomorrow" }),
        "has a day that no month has": record({ until: "2026-19-41T00:00:00Z" }),
        "is too large": record({ more: "x".repeat(PIN_LIMITS.bytes) }),
    };
    for (const [what, text] of Object.entries(wrongs))
        it(`is refused where it ${what}`, () => {
            assert.throws(
                () => parsePin(text, "laptop"),
                (error: Error) => {
                    assert.match(error.message, /^this pin/);
                    assert.ok(error.message.length < 200 && !error.message.includes("\n"));
                    return true;
                },
            );
        });
});

describe("a pin", () => {
    it("keeps as many revisions as it says, the newest first", () => {
        let pin: Pin | undefined;
        for (const [index, name] of ["one", "two", "two", "three", "one"].entries())
            pin = pinned(pin, { ...wanted, paths: [path(name)], keepRevisions: 3 }, days(index));
        assert.deepEqual(pin?.revisions, [
            { since: days(4), paths: [path("one")] },
            { since: days(3), paths: [path("three")] },
            { since: days(1), paths: [path("two")] },
        ]);
        assert.equal(pin.written?.getTime(), days(4).getTime());
        const again = pinned(pin, { ...wanted, paths: [path("four")] }, days(5));
        assert.equal(again.revisions.length, 3);
        assert.equal(pinned(again, { ...wanted, keepRevisions: 1 }, days(6)).revisions.length, 1);
        assert.deepEqual(rootsOf(again, days(6)), ["four", "one", "three"].map(path));
    });

    it("never becomes larger than can be read", () => {
        const long = (index: number) => path(`${"x".repeat(200)}${index}`);
        let pin: Pin | undefined;
        for (let index = 0; index < 150; index++)
            pin = pinned(
                pin,
                { ...wanted, paths: [long(index), long(index + 1000)], keepRevisions: 100 },
                days(index),
            );
        assert.deepEqual(parsePin(formatPin(pin!), "laptop"), pin);
        assert.equal(pin?.revisions[0]?.paths[0], long(149));
        const most = Array.from({ length: PIN_LIMITS.paths }, (_, index) =>
            path(`${"y".repeat(205)}${index}`),
        );
        const one = pinned(undefined, { ...wanted, paths: most }, NOW);
        assert.deepEqual(parsePin(formatPin(one), "laptop"), one);
    });

    it("lasts until its date, and until it is ended", () => {
        const pin = pinned(undefined, { ...wanted, until: days(1) }, NOW);
        assert.deepEqual(
            [isLive(pin, NOW), isLive(pin, days(1)), isLive({ ...pin, until: null }, days(9999))],
            [true, false, true],
        );
        assert.deepEqual(rootsOf(pin, days(2)), []);
        const ended = unpinned(pin, "admin", NOW);
        assert.deepEqual([isLive(ended, NOW), rootsOf(ended, NOW), pinPointer(ended)], [false, [], ""]);
        assert.equal(pinPointer(pin), `${path("one")}\n`);
    });

    it("that was ended begins anew", () => {
        const ended = unpinned(pinned(undefined, { ...wanted, keepRevisions: 5 }, NOW), "admin", days(1));
        const again = pinned(ended, { ...wanted, paths: [path("two")] }, days(2));
        assert.deepEqual(again.revisions, [{ since: days(2), paths: [path("two")] }]);
        assert.equal(again.ended, false);
    });
});
