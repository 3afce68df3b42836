import assert from "node:assert/strict";
import { declare, declared } from "../../../src/cache/declared.ts";
import { completeSettings, type GivenSettings } from "../../../src/cache/settings.ts";
import { pendingChanges, pendingKeys } from "../../../src/drift/pending.ts";

const GIVEN: GivenSettings = {
    endpoint: "https://s3.example.org",
    bucket: "b",
    builders: ["one", "two"],
    pinners: ["laptop"],
    pins: { base: "/nix/store/7rjj8pb5vd3x2b6q8f8dfqdvqp4lm0rk-base" },
};
const DEPLOYED = declared(declare(completeSettings(GIVEN)), {
    builders: { one: "secret", two: "secret" },
    pinners: { laptop: "secret" },
    page: "page",
    urns: { bucket: "", anonymousPolicy: "", objects: {}, writePolicy: "", builders: {} },
});
const KEYS = {
    signingKeys: { 1: "home-1:c2VjcmV0", 2: "home-2:c2VjcmV0" },
    secretKey: "home-1:c2VjcmV0",
    hostConfig: { trustedPublicKeys: ["home-1:cHVibGlj"] },
    builders: { one: { secretKey: "secret" }, two: { secretKey: "secret" } },
};
const SAME = { signingKeys: { 1: "home-1:c2VjcmV0\n" }, builderSecrets: { one: "secret" } };

function pending(changed: Partial<GivenSettings>): string[] {
    const settings = completeSettings({ ...GIVEN, ...changed });
    return [
        ...pendingChanges(declare(settings, DEPLOYED.generations), DEPLOYED),
        ...pendingKeys(settings, {}, KEYS),
    ];
}

describe("what the configuration has changed since the last deployment", () => {
    it("is nothing where it is the same", () => {
        assert.deepEqual(pending({}), []);
    });

    it("is nothing where the fields of what was deployed are in another order", () => {
        const sorted = (value: unknown): unknown =>
            Array.isArray(value)
                ? value.map(sorted)
                : typeof value !== "object" || value === null
                  ? value
                  : Object.fromEntries(
                        Object.entries(value)
                            .sort(([a], [b]) => (a < b ? 1 : -1))
                            .map(([key, one]) => [key, sorted(one)]),
                    );
        const settings = completeSettings(GIVEN);
        const wanted = declare(settings, DEPLOYED.generations);
        assert.deepEqual(pendingChanges(wanted, sorted(DEPLOYED) as typeof DEPLOYED), []);
    });

    for (const [changed, words] of [
        [{ expireDays: 20 }, ["the expiry rules"]],
        [{ anonymousListing: false }, ["what anybody may do"]],
        [{ priority: 11 }, ["nix-cache-info"]],
        [{ builders: ["two", "three"] }, ["builder three is new", "builder one is removed"]],
        [{ keyGeneration: 2 }, ["the key that signs", "the keys that hosts accept"]],
        [{ trustedGenerations: [1, 2] }, ["the keys that hosts accept"]],
        [{ pinners: ["laptop", "phone"] }, ["pinner phone is new"]],
        [
            { pins: { base: "/nix/store/7rjj8pb5vd3x2b6q8f8dfqdvqp4lm0rk-other" } },
            ["the pins of the configuration"],
        ],
    ] as const satisfies readonly (readonly [Partial<GivenSettings>, readonly string[]])[])
        it(JSON.stringify(changed), () => {
            assert.deepEqual(pending(changed), words);
        });

    it("is another name of the keys, unless the key was made elsewhere", () => {
        assert.deepEqual(pending({ keyName: "home" }), []);
        assert.deepEqual(pending({ keyName: "lab" }), ["the name of the keys"]);
        const settings = completeSettings({ ...GIVEN, keyName: "lab" });
        assert.deepEqual(pendingKeys(settings, SAME, KEYS), []);
    });

    it("is another key, or another secret, that was made elsewhere", () => {
        const settings = completeSettings(GIVEN);
        assert.deepEqual(pendingKeys(settings, SAME, KEYS), []);
        const others = { signingKeys: { 1: "home-1:b3RoZXI=" }, builderSecrets: { two: "another" } };
        assert.deepEqual(pendingKeys(settings, others, KEYS), [
            "the key of generation 1",
            "the secret of builder two",
        ]);
    });

    it("is a bucket of another name, and what has its name in it", () => {
        assert.deepEqual(pending({ bucket: "c" }), [
            "bucket c in place of b",
            "what anybody may do",
            "the write policy",
            "what pinners may do",
        ]);
    });

    it("is a pin, and the policy that keeps builders from it, where the last one goes", () => {
        assert.deepEqual(pending({ pins: {} }), ["the write policy", "the pins of the configuration"]);
    });
});
