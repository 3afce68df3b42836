import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { keptGenerations } from "../../../src/cache/generations.ts";
import { completeSettings } from "../../../src/cache/settings.ts";

const endpoint = "https://s3.homelab.local";

describe("settings", () => {
    it("have a default for all but the endpoint", () => {
        assert.deepEqual(completeSettings({ endpoint }), {
            bucket: "nix-cache",
            builders: ["nixbuilder"],
            endpoint,
            keyGeneration: 1,
            trustedGenerations: [1],
            signingGenerations: [1],
            expireDays: 30,
            narGraceDays: 7,
            priority: 40,
            anonymousListing: true,
            protect: true,
            expireExisting: false,
            pinners: [],
            pins: {},
        });
    });

    it("are kept as they are given, those too that are 0, false or empty", () => {
        const given = {
            bucket: "b",
            builders: [],
            endpoint,
            keyName: "k",
            keyGeneration: 3,
            trustedGenerations: [],
            signingGenerations: [],
            expireDays: 0,
            narGraceDays: 0,
            priority: 0,
            anonymousListing: false,
            protect: false,
            adopt: "b",
            expireExisting: false,
            pinners: [],
            pins: {},
        };
        assert.deepEqual(completeSettings(given), given);
    });

    it("take undefined for not given", () => {
        const undefinedAll = { keyName: undefined, keyGeneration: undefined, protect: undefined };
        assert.deepEqual(completeSettings({ endpoint, ...undefinedAll }), completeSettings({ endpoint }));
    });

    it("lose one slash at the end of the endpoint", () => {
        assert.equal(completeSettings({ endpoint: `${endpoint}/` }).endpoint, endpoint);
        assert.equal(completeSettings({ endpoint: `${endpoint}//` }).endpoint, `${endpoint}/`);
    });

    for (const [keyGeneration, trustedGenerations, kept] of [
        [1, undefined, [1]],
        [3, undefined, [1, 2, 3]],
        [1, [1, 4], [1, 2, 3, 4]],
        [3, [3], [1, 2, 3]],
    ] as const) {
        it(`keep generations ${kept.join()} for ${keyGeneration} with ${trustedGenerations?.join() ?? "no list"}`, () => {
            const settings = completeSettings({ endpoint, keyGeneration, trustedGenerations });
            assert.deepEqual(keptGenerations(settings), kept);
            assert.deepEqual(settings.trustedGenerations, trustedGenerations ?? kept);
        });
    }

    // Checks run on completed settings, so numbers that are none must not break their completion.
    for (const keyGeneration of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e15, "2"]) {
        it(`survive the generation ${String(keyGeneration)}`, () => {
            const { trustedGenerations } = completeSettings({
                endpoint,
                keyGeneration: keyGeneration as number,
            });
            assert.ok(trustedGenerations.length <= 100);
        });
    }
});

describe("Pulumi.yaml", () => {
    interface Key {
        readonly type: string;
        readonly description: string;
        readonly default: unknown;
    }
    const text = readFileSync(new URL("../../../Pulumi.yaml", import.meta.url), "utf8");
    const keys = (parse(text) as { config: Record<string, Key> }).config;
    const expected = {
        bucket: "nix-cache",
        builders: ["nixbuilder"],
        keyGeneration: 1,
        expireDays: 30,
        narGraceDays: 7,
        priority: 40,
        anonymousListing: true,
        protect: true,
        expireExisting: false,
        pinners: [],
        pins: {},
        // What depends on other values is empty there, and made by the program.
        endpoint: "",
        keyName: "",
        trustedGenerations: [],
        signingGenerations: [],
        adopt: "",
        maxSize: "",
        signingKeys: {},
        builderSecrets: {},
        hosts: [],
        hostsPrivateKey: "",
    };

    it("declares every setting, with the program's own defaults", () => {
        const defaults = Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, value.default]));
        assert.deepEqual(defaults, expected);
    });

    it("gives each a type and a description", () => {
        for (const [key, { type, description, default: value }] of Object.entries(keys)) {
            const kind = Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
            assert.equal(type, kind, key);
            assert.match(description, /^[A-Z].+\.$/, key);
        }
    });
});
