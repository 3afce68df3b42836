import assert from "node:assert/strict";
import { shown } from "../../../src/cache/problem.ts";
import type { Completed, Table } from "../../../src/cache/setting.ts";
import { complete, problems } from "../../../src/cache/settingTable.ts";
import { bytesOf } from "../../../src/cache/size.ts";
import { listFault } from "../../../src/cache/valueChecks.ts";
import { readTable, type RawConfig } from "../../../src/stack/rawConfig.ts";

interface Given {
    readonly name: string;
    readonly title?: string;
    readonly guests?: readonly string[];
    readonly largest?: string;
    readonly open?: boolean;
    readonly code?: string;
}

const GUESTS = "a list of different names";
const TABLE = {
    name: { kind: "text", needed: "a name", description: "Its name." },
    title: { kind: "text", follows: ({ name }) => `The ${name}`, description: "Its title." },
    guests: {
        kind: "texts",
        default: [],
        unset: "none",
        check: (guests) =>
            Array.isArray(guests)
                ? listFault(guests, (one) => typeof one === "string", GUESTS)
                : { wrong: `is ${shown(guests)}`, allowed: GUESTS },
        description: "Who comes.",
    },
    largest: {
        kind: "text",
        unset: "none",
        check: (size) =>
            typeof size === "string" && bytesOf(size) !== undefined
                ? undefined
                : { wrong: `is ${shown(size)}`, allowed: "a size, for example 200GiB" },
        description: "How large.",
    },
    open: { kind: "flag", default: true, description: "Whether it is open." },
    code: { kind: "text", unset: "none", secret: "secret", description: "What opens it." },
} as const satisfies Table<Given>;

const KINDS = {
    a: { kind: "text", description: "" },
    b: { kind: "number", description: "" },
    c: { kind: "flag", description: "" },
    d: { kind: "texts", description: "" },
    e: { kind: "numbers", description: "" },
    f: { kind: "objects", description: "" },
    g: { kind: "object", description: "" },
    h: { kind: "text", secret: "secret", description: "" },
} as const;

type Values = Completed<Given, typeof TABLE>;

const raw = (values: Readonly<Record<string, string>>, secret = false): RawConfig => ({
    values,
    isSecret: () => secret,
    project: "house",
    stack: "mine",
    folder: "/",
});
const read = (values: Readonly<Record<string, string>>, secret?: boolean) =>
    readTable<Values>(raw(values, secret), "house", TABLE);

describe("a table of settings", () => {
    it("fills in what is not given, and leaves out what it does not know", () => {
        const values = complete<Values>(TABLE, { name: "mill", code: undefined, other: 1 });
        assert.deepEqual(values, { name: "mill", title: "The mill", guests: [], open: true });
    });

    it("says of each value what is wrong with it", () => {
        const values = { name: "n", title: "t", guests: ["a", 1], largest: "large", open: "no" };
        assert.deepEqual(
            [...problems(TABLE, values as unknown as Values)],
            [
                { setting: "guests", wrong: "has 1", allowed: GUESTS },
                { setting: "largest", wrong: 'is "large"', allowed: "a size, for example 200GiB" },
                { setting: "open", wrong: 'is "no"', allowed: "true or false" },
            ],
        );
    });

    it("takes of each kind, where no check says more, what is of that kind alone", () => {
        const every = (values: Readonly<Record<string, unknown>>) =>
            [...problems(KINDS, values)].map(
                ({ setting, wrong, allowed }) => `${setting} ${wrong}: ${allowed}`,
            );
        const right = { a: "", b: 0, c: false, d: ["x"], e: [1], f: [{}], g: {} };
        assert.deepEqual(every(right), []);
        assert.deepEqual(every({ a: 1, b: 0.5, c: "no", d: [1], e: ["1"], f: [[]], g: [], h: 7 }), [
            "a is 1: a text",
            "b is 0.5: a whole number",
            'c is "no": true or false',
            "d is [1]: a list of texts",
            'e is ["1"]: a list of whole numbers',
            "f is [[]]: a list of objects",
            "g is []: an object",
            // No message quotes a secret.
            "h is of another kind: a text",
        ]);
    });

    it("reads texts of the configuration as what its kinds are", () => {
        const values = read({
            "house:name": "12",
            "house:guests": '["a","b"]',
            "house:largest": "200",
            "house:open": "false",
        });
        assert.deepEqual(values, {
            name: "12",
            title: "The 12",
            guests: ["a", "b"],
            largest: "200",
            open: false,
        });
    });

    it("takes the empty defaults of Pulumi.yaml for not set", () => {
        const empty = { "house:guests": "[]", "house:largest": "", "house:code": "" };
        assert.deepEqual(read({ "house:name": "x", ...empty }), read({ "house:name": "x" }));
    });

    for (const [what, values, message] of [
        ["is missing", {}, "house:name in Pulumi.mine.yaml is not set; it must be a name"],
        [
            "is a secret in clear text",
            { "house:name": "x", "house:code": "hunter22" },
            "house:code in Pulumi.mine.yaml is in clear text; it must be secret",
        ],
        [
            "is of another kind",
            { "house:name": "x", "house:guests": "a" },
            `house:guests in Pulumi.mine.yaml is "a"; it must be ${GUESTS}`,
        ],
    ] as const)
        it(`refuses in one line what ${what}`, () => assert.throws(() => read(values), { message }));

    it("takes a secret that is one", () =>
        assert.equal(read({ "house:name": "x", "house:code": "hunter22" }, true).code, "hunter22"));
});
