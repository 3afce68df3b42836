import assert from "node:assert/strict";
import { openSync } from "node:fs";
import fc from "fast-check";
import { DEFAULT_BACKOFF, pauseMs } from "../../../src/push/backoff.ts";
import { closureOrder, isSignedBy, parsePathInfo, type Member } from "../../../src/store/closure.ts";
import { isOutage, nixFault, oneLine } from "../../../src/store/outage.ts";
import { MachineError, PathError } from "../../../src/cache/faults.ts";
import { lives, type Times } from "../../../src/content/lives.ts";
import { Memory } from "../../../src/push/memory.ts";
import { timeLimitMs } from "../../../src/store/nix.ts";
import { ServerError } from "../../../src/cache/serverError.ts";

const path = (name: string) => `/nix/store/${name.padStart(32, "0")}-${name}`;
const member = (name: string, references: readonly string[] = [], narSize = 1): Member => ({
    path: path(name),
    references: references.map(path),
    narHash: "sha256:x",
    narSize,
    signatures: [],
});

describe("the pause before a new try", () => {
    it("doubles from 5 seconds to a quarter of an hour", () => {
        const longest = [1, 2, 3, 8, 9, 1000].map((n) => pauseMs(DEFAULT_BACKOFF, n, 1));
        assert.deepEqual(longest, [5_000, 10_000, 20_000, 640_000, 900_000, 900_000]);
    });

    it("leaves half of it to chance", () => {
        assert.equal(pauseMs(DEFAULT_BACKOFF, 1, 0), 2_500);
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 500 }), (failures) => {
                const pause = pauseMs(DEFAULT_BACKOFF, failures);
                return pause >= pauseMs(DEFAULT_BACKOFF, failures, 0) && pause <= 900_000;
            }),
        );
    });
});

describe("the order of a closure", () => {
    it("puts references first, whatever the order they come in", () => {
        fc.assert(
            fc.property(
                fc.array(fc.array(fc.nat(20), { maxLength: 5 }), { maxLength: 20 }),
                fc.infiniteStream(fc.nat()),
                (graph, random) => {
                    // Each may refer to those before it, and to itself.
                    const members = graph.map((refs, n) =>
                        member(String(n), refs.filter((ref) => ref < n).map(String)),
                    );
                    const mixed = members
                        .map((one) => ({ one, key: random.next().value as number }))
                        .sort((a, b) => a.key - b.key)
                        .map(({ one }) => one);
                    const ordered = closureOrder(mixed).map((one) => one.path);
                    assert.equal(new Set(ordered).size, members.length);
                    for (const one of members) {
                        for (const reference of one.references)
                            assert.ok(ordered.indexOf(reference) < ordered.indexOf(one.path));
                    }
                },
            ),
        );
    });

    it("is the same each time, passes over references outside, and refuses a circle", () => {
        const members = [member("c", ["outside"]), member("a"), member("b")];
        assert.deepEqual(
            closureOrder(members).map((one) => one.path),
            ["a", "b", "c"].map(path),
        );
        assert.throws(
            () => closureOrder([member("a", ["b"]), member("b", ["a"])]),
            /refers to itself by way of/,
        );
    });

    it("passes a circle over where that is asked for, and puts all else in order", () => {
        const members = [member("a", ["b"]), member("b", ["c", "d"]), member("c", ["a"]), member("d", [])];
        const circles: string[] = [];
        const order = closureOrder(members, (one, by) => circles.push(`${one} by ${by}`));
        assert.deepEqual(
            order.map((one) => one.path),
            [path("d"), path("c"), path("b"), path("a")],
        );
        assert.ok(circles.length > 0);
    });

    it("does not end at a depth that recursion could not reach", () => {
        const deep = Array.from({ length: 20_000 }, (_, n) =>
            member(String(n), n === 0 ? [] : [String(n - 1)]),
        );
        assert.equal(closureOrder(deep.reverse())[0]?.path, path("0"));
    });
});

describe("what nix path-info prints", () => {
    const info = {
        narHash: "sha256:x",
        narSize: 7,
        references: [path("a"), path("b")],
        signatures: ["k-1:s"],
        deriver: `${path("d")}.drv`,
        ca: "fixed:r:sha256:x",
    };
    const expected = {
        path: path("a"),
        references: [path("b")],
        narHash: "sha256:x",
        narSize: 7,
        signatures: ["k-1:s"],
        refersToItself: true,
        deriver: `${path("d")}.drv`,
        ca: "fixed:r:sha256:x",
    };
    const short = (text: string) => text.slice("/nix/store/".length);

    for (const [version, json] of [
        ["2.8 to 2.18", [{ path: path("a"), ...info }]],
        ["2.19 and newer", { [path("a")]: { ...info, storeDir: "/nix/store", version: 1 } }],
        [
            "newer, in format 2",
            { version: 2, info: { [short(path("a"))]: { ...info, references: info.references.map(short) } } },
        ],
    ] as const) {
        it(`is read from ${version}`, () =>
            assert.deepEqual(parsePathInfo(JSON.stringify(json)), [expected]));
    }

    it("tells a path that is not there", () => {
        assert.throws(() => parsePathInfo(JSON.stringify({ [path("a")]: null })), /-a is not in the store/);
        assert.throws(
            () => parsePathInfo(JSON.stringify([{ path: path("a"), valid: false }])),
            /is not in the store/,
        );
    });

    it("tells by a key's name whose signature a path has", () => {
        const signed = { ...member("a"), signatures: ["mine-1:x", "cache.nixos.org-1:y"] };
        assert.equal(isSignedBy(signed, ["cache.nixos.org-1"]), true);
        assert.equal(isSignedBy(signed, ["cache.nixos.org"]), false);
        assert.equal(isSignedBy(signed, []), false);
    });
});

describe("what Nix calls an error", () => {
    for (const [message, kind] of [
        ["cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused", MachineError],
        ["writing to file: No space left on device", MachineError],
        ["opening file '/nix/var/nix/db/big-lock': Too many open files", MachineError],
        ["opening lock file '/nix/var/nix/db/reserved': Permission denied", MachineError],
        ["SQLite database '/nix/var/nix/db/db.sqlite' is busy", MachineError],
        [
            "executing SQLite statement: database or disk is full (in '/nix/var/nix/db/db.sqlite')",
            MachineError,
        ],
        ["reading from file '/nix/store/x': Input/output error", MachineError],
        [
            "failed to upload 's3://c/x': XMinioStorageFull: Storage backend has reached its minimum",
            ServerError,
        ],
        ["unable to upload 'https://s3/c/x.narinfo': HTTP error 507", ServerError],
        ["AWS error uploading 'nar/x': AccessDenied: Access Denied.", ServerError],
        ["unable to upload 'https://s3/c/x': HTTP error 400 ('Bad Request')", PathError],
        ["path '/nix/store/x' is not valid", PathError],
        ["getting attributes of path '/nix/store/x': No such file or directory", PathError],
    ] as const) {
        it(`is a ${kind.name}: ${message}`, () => assert.ok(nixFault(message) instanceof kind));
    }
});

describe("a fault of this machine", () => {
    for (const [error, expected] of [
        [Object.assign(new Error("EMFILE: too many open files"), { errno: -24, code: "EMFILE" }), true],
        [new ServerError("away"), true],
        [new MachineError("full"), true],
        [new PathError("bad"), false],
        [new TypeError("a defect"), false],
    ] as const) {
        it(`is ${expected ? "" : "not "}${error.message}`, () => assert.equal(isOutage(error), expected));
    }

    it("has the system's words, and no code", () => {
        try {
            openSync("/nowhere/at-all", "r");
            assert.fail("it is there");
        } catch (error) {
            assert.equal(oneLine(error as Error), "/nowhere/at-all: there is no such file or folder");
        }
    });
});

describe("how long Nix may take", () => {
    it("is ten minutes, and a second for each 100 kB", () => {
        assert.equal(timeLimitMs(0), 600_000);
        assert.equal(timeLimitMs(100_000), 601_000);
        assert.equal(timeLimitMs(2 ** 30, 0), 10_737_418);
    });
});

describe("what was seen in the cache", () => {
    const found = (name: string) => ({
        path: path(name),
        url: "nar/x.nar",
        narinfoUntil: Infinity,
        narUntil: Infinity,
    });

    it("is forgotten after five minutes, and takes no room then", () => {
        const memory = new Memory();
        for (let n = 0; n < 100; n++) memory.add(found(String(n)), n);
        assert.equal(memory.get(path("0"), 300_000)?.path, path("0"));
        assert.equal(memory.get(path("0"), 300_001), undefined);
        // Seen again, but not asked for anew: its time does not begin again.
        memory.add(found("99"), 1_000);
        memory.add(found("new"), 300_099);
        assert.equal(memory.size, 2);
    });

    it("is bounded, however much is seen at once", () => {
        const memory = new Memory();
        for (let n = 0; n < 25_000; n++) memory.add(found(String(n)), n);
        assert.equal(memory.size, 20_000);
        assert.equal(memory.get(path("0"), 25_000), undefined);
        assert.notEqual(memory.get(path("24999"), 25_000), undefined);
    });
});

describe("how long a path is needed", () => {
    const FRESH = 30;
    /** Paths by name, what they refer to, and when their narinfo and their NAR go; none: they are written now. */
    type Rows = readonly (readonly [name: string, references: readonly string[], times?: [number, number]])[];
    const renewed = (rows: Rows) => {
        const order = rows.map(([name, references]) => member(name, references));
        const times = new Map(
            rows.flatMap(([name, , given]): [string, Times][] =>
                given === undefined ? [] : [[path(name), { narinfoUntil: given[0], narUntil: given[1] }]],
            ),
        );
        const all = lives(order, times, FRESH);
        return rows.flatMap(([name]) => {
            const one = all.get(path(name));
            return [
                ...(one?.renewNar === true ? [`${name}'s NAR`] : []),
                ...(one?.renewNarinfo === true ? [name] : []),
            ];
        });
    };

    for (const [what, rows, expected] of [
        [
            "what was pushed just now",
            [
                ["a", [], [30, 37]],
                ["b", ["a"], [30, 37]],
            ],
            [],
        ],
        [
            "what never expires",
            [
                ["a", [], [Infinity, Infinity]],
                ["b", ["a"], [Infinity, Infinity]],
            ],
            [],
        ],
        ["a NAR that goes before its narinfo", [["a", [], [30, 4]]], ["a's NAR"]],
        ["a NAR that goes with its narinfo", [["a", [], [30, 30]]], []],
        [
            "what something new refers to",
            [
                ["a", [], [5, 12]],
                ["b", ["a"]],
            ],
            ["a's NAR", "a"],
        ],
        [
            "what something new refers to by way of another",
            [
                ["a", [], [5, 30]],
                ["b", ["a"], [30, 37]],
                ["c", ["b"]],
            ],
            ["a"],
        ],
        [
            "what is renewed itself, and so all below it",
            [
                ["a", [], [28, 29]],
                ["b", ["a"], [20, 27]],
                ["c", ["b"], [28, 35]],
            ],
            ["a's NAR", "a", "b's NAR", "b"],
        ],
        [
            "nothing for what is older than what it refers to",
            [
                ["a", [], [20, 27]],
                ["b", ["a"], [5, 12]],
            ],
            [],
        ],
        [
            "nothing of what nobody refers to",
            [
                ["a", [], [5, 12]],
                ["b", []],
            ],
            [],
        ],
    ] as const satisfies readonly (readonly [string, Rows, readonly string[]])[]) {
        it(`renews ${what}: ${expected.join(", ") || "nothing"}`, () =>
            assert.deepEqual(renewed(rows), expected));
    }

    it("is as long as somebody asks for it, and then all that it refers to, and no other", () => {
        const order = [member("lib", []), member("tool", ["lib"]), member("other", ["lib"])];
        const times = new Map(order.map(({ path }) => [path, { narinfoUntil: 20, narUntil: 27 }]));
        const all = lives(order, times, FRESH, (one) => (one === path("tool") ? FRESH : -Infinity));
        assert.deepEqual(
            order.map((one) => all.get(one.path)?.renewNarinfo),
            [true, true, false],
        );
        assert.deepEqual(
            order.map((one) => all.get(one.path)?.renewNar),
            [true, true, false],
        );
    });

    it("leaves nothing that goes before what needs it, whatever the graph and the times", () => {
        const until = fc.option(fc.tuple(fc.nat(FRESH), fc.nat(FRESH + 7)), { nil: undefined });
        fc.assert(
            fc.property(
                fc.array(fc.tuple(fc.array(fc.nat(20), { maxLength: 4 }), until), { maxLength: 20 }),
                (graph) => {
                    const order = graph.map(([refs], n) =>
                        member(String(n), refs.filter((ref) => ref < n).map(String)),
                    );
                    const times = new Map(
                        graph.flatMap(([, given], n): [string, Times][] =>
                            given === undefined
                                ? []
                                : [[path(String(n)), { narinfoUntil: given[0], narUntil: given[1] }]],
                        ),
                    );
                    const all = lives(order, times, FRESH);
                    const after = new Map(
                        order.map((one) => {
                            const there = times.get(one.path);
                            const life = all.get(one.path);
                            return [
                                one.path,
                                {
                                    narinfo:
                                        there && life?.renewNarinfo !== true ? there.narinfoUntil : FRESH,
                                    nar: there && life?.renewNar !== true ? there.narUntil : FRESH + 7,
                                },
                            ];
                        }),
                    );
                    for (const one of order) {
                        const mine = after.get(one.path);
                        assert.ok(
                            mine !== undefined && mine.nar >= mine.narinfo,
                            "a NAR outlives its narinfo",
                        );
                        for (const reference of one.references)
                            assert.ok((after.get(reference)?.narinfo ?? 0) >= mine.narinfo);
                    }
                },
            ),
        );
    });
});
