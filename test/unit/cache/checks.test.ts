import assert from "node:assert/strict";
import { shown } from "../../../src/cache/problem.ts";
import { completeSettings, settingsProblems, type Settings } from "../../../src/cache/settings.ts";

const good = completeSettings({ endpoint: "https://s3.homelab.local" });

const BUCKET =
    "3 to 63 lower-case letters, digits, dots and hyphens, first and last a letter or digit, no IP address, not minio";
const BUILDERS = "a list of different names, each 3 to 64 letters, digits and . @ _ + -";
const ENDPOINT = "http:// or https://, a host and perhaps a port, as in https://s3.homelab.local";
const KEY_NAME = "1 to 200 letters, digits and . _ @ + -, without a colon or white space";
const TRUSTED =
    "a list of different whole numbers from 1 to 100 with 2, the current keyGeneration, among them";
const DAYS = "a whole number from 0 to 36500";
const GENERATION = "a whole number from 1 to 100";
const long = "x".repeat(64);

/** Setting, values that are refused, what the message says of each, what it says would be right. */
const BAD: [keyof Settings, [value: unknown, wrong: string][], allowed: string][] = [
    [
        "bucket",
        [
            ["", 'is ""'],
            ["ab", 'is "ab"'],
            [long, `is "${"x".repeat(56)}…`],
            ["Nix-Cache", 'is "Nix-Cache"'],
            ["nix_cache", 'is "nix_cache"'],
            ["-nix", 'is "-nix"'],
            ["nix-", 'is "nix-"'],
            ["nix..cache", 'is "nix..cache"'],
            ["nix.-cache", 'is "nix.-cache"'],
            ["nix-.cache", 'is "nix-.cache"'],
            ["10.0.0.1", 'is "10.0.0.1"'],
            ["minio", 'is "minio"'],
            ["nix/cache", 'is "nix/cache"'],
            ["nix\ncache", 'is "nix\\ncache"'],
            ["nix-cache\n", 'is "nix-cache\\n"'],
            [7, "is 7"],
        ],
        BUCKET,
    ],
    ["builders", [[[], "is []"]], `${BUILDERS}, at least one`],
    ["builders", [["nixbuilder", 'is "nixbuilder"']], `${BUILDERS}, at least one`],
    [
        "builders",
        [
            [["ab"], 'has "ab"'],
            [["a=b"], 'has "a=b"'],
            [["a,b"], 'has "a,b"'],
            [["nix builder"], 'has "nix builder"'],
            [["builder]"], 'has "builder]"'],
            [["builder\n"], 'has "builder\\n"'],
            [[`${long}x`], `has "${"x".repeat(56)}…`],
            [["one", 123], "has 123"],
            [["one", "two", "one"], 'has "one" twice'],
        ],
        BUILDERS,
    ],
    [
        "builders",
        [
            [["one", "ci1", "CI1"], 'has "ci1" and "CI1", which are one name where capitals do not count'],
            [["ci.a", "ci_2ea"], 'has "ci.a" and "ci_2ea", which have the same profile ci_2ea'],
            [["CI_2EA", "ci.a"], 'has "CI_2EA" and "ci.a", which have the same profile ci_2ea'],
            [["ci.a", "CI.A"], 'has "ci.a" and "CI.A", which are one name where capitals do not count'],
        ],
        "names that differ by more than that",
    ],
    [
        "endpoint",
        [
            ["", 'is "", which is no URL'],
            ["s3.homelab.local", 'is "s3.homelab.local", which is no URL'],
            ["ftp://s3.homelab.local", 'is "ftp://s3.homelab.local", which is no URL'],
            ["https://", 'is "https://", which is no URL'],
            ["https://s3.homelab.local:99999", 'is "https://s3.homelab.local:99999", which is no URL'],
            ["https://s3.homelab.local/minio", 'is "https://s3.homelab.local/minio", which has a path'],
            ["https://s3.homelab.local?a=b", 'is "https://s3.homelab.local?a=b", which has a query'],
            ["https://s3.homelab.local?", 'is "https://s3.homelab.local?", which has a query'],
            ["https://s3.homelab.local#a", 'is "https://s3.homelab.local#a", which has a fragment'],
            [
                "https://s3.homelab.local ",
                'is "https://s3.homelab.local ", which has white space or a backslash',
            ],
            [
                "https://s3.homelab.local\\",
                'is "https://s3.homelab.local\\\\", which has white space or a backslash',
            ],
            ...[
                "https://$(id)",
                "https://a;id",
                "http://`id`:9000",
                "https://a'b",
                "https://10.1",
                "https://s3:0",
            ].map((url): [string, string] => [
                url,
                `is "${url}", whose host is no DNS name and no IP address`,
            ]),
            ["https://admin:secret@s3.homelab.local", "has a user name or a password in it"],
            [true, "is true"],
        ],
        ENDPOINT,
    ],
    [
        "keyName",
        [
            ["a:b", 'is "a:b"'],
            ["a b", 'is "a b"'],
            ["a\tb", 'is "a\\tb"'],
            ["a\n", 'is "a\\n"'],
            ["a#b", 'is "a#b"'],
            ["", 'is ""'],
            ["x".repeat(201), `is "${"x".repeat(56)}…`],
            [5, "is 5"],
        ],
        KEY_NAME,
    ],
    [
        "keyGeneration",
        [
            [0, "is 0"],
            [-1, "is -1"],
            [1.5, "is 1.5"],
            [101, "is 101"],
            ["2", 'is "2"'],
        ],
        GENERATION,
    ],
    ...(["expireDays", "narGraceDays"] as const).map((setting): (typeof BAD)[number] => [
        setting,
        [
            [-1, "is -1"],
            [0.5, "is 0.5"],
            [36_501, "is 36501"],
            [Number.NaN, "is null"],
            ["30", 'is "30"'],
            [null, "is null"],
        ],
        DAYS,
    ]),
    [
        "priority",
        [
            [-1, "is -1"],
            [2_147_483_648, "is 2147483648"],
            ["low", 'is "low"'],
        ],
        "a whole number from 0 to 2147483647",
    ],
    ...(["anonymousListing", "protect", "expireExisting"] as const).map((setting): (typeof BAD)[number] => [
        setting,
        [
            ["yes", 'is "yes"'],
            [1, "is 1"],
        ],
        "true or false",
    ]),
    ["adopt", [["other", 'is "other"']], "the name of the bucket, nix-cache, or not set"],
];

const GOOD: Partial<Record<keyof Settings, unknown[]>> = {
    bucket: ["nix-cache", "abc", "1.2.3", "a".repeat(63), "nix.cache-1"],
    builders: [
        ["abc"],
        ["nixbuilder", "ci@home.lab_1+x-y", "ci.runner", "ci_runner", "ci-runner"],
        ["b".repeat(64)],
    ],
    endpoint: [
        "http://localhost:9000",
        "http://nas_1:9000",
        "https://s3.lan.:443",
        "https://[::1]:9000",
        "https://10.0.0.1",
        "https://S3.homelab.local",
    ],
    keyName: ["s3.homelab.local", "a", "k".repeat(200), "cache_1@home+x"],
    expireDays: [0, 1, 36_500],
    narGraceDays: [0, 36_500],
    priority: [0, 2_147_483_647],
    anonymousListing: [true, false],
    protect: [true, false],
    expireExisting: [true, false],
    adopt: ["nix-cache"],
};

describe("the checks of settings", () => {
    it("find nothing wrong with the defaults", () => assert.deepEqual(settingsProblems(good), []));

    for (const [setting, values, allowed] of BAD) {
        for (const [value, wrong] of values) {
            it(`refuse ${setting} ${shown(value)}`, () => {
                const settings = { ...good, [setting]: value };
                // trustedGenerations follow keyGeneration: what is wrong with the one is said once.
                assert.deepEqual(settingsProblems(settings), [{ setting, wrong, allowed }]);
            });
        }
    }

    for (const [value, wrong] of [
        [[1], "is [1]"],
        [[], "is []"],
        [[1, 2, 1], "has 1 twice"],
        [[2, 0], "has 0"],
        [[2, 1.5], "has 1.5"],
        [[2, 101], "has 101"],
        ["1,2", 'is "1,2"'],
    ] as const) {
        it(`refuse trustedGenerations ${shown(value)} with keyGeneration 2`, () => {
            const settings = { ...good, keyGeneration: 2, trustedGenerations: value } as unknown as Settings;
            const problem = { setting: "trustedGenerations", wrong, allowed: TRUSTED };
            assert.deepEqual(settingsProblems(settings), [problem]);
        });
    }

    for (const [setting, values] of Object.entries(GOOD)) {
        for (const value of values) {
            it(`accept ${setting} ${shown(value)}`, () =>
                assert.deepEqual(settingsProblems({ ...good, [setting]: value }), []));
        }
    }

    it("accept generations that include the current one, in any order", () => {
        const settings = {
            ...good,
            keyGeneration: 2,
            trustedGenerations: [5, 2, 1],
            signingGenerations: [2],
        };
        assert.deepEqual(settingsProblems(settings), []);
    });

    for (const [signing, wrong] of [
        [[1], "is [1]"],
        [[], "is []"],
        [[2, 1, 2], "has 2 twice"],
        [[2, 3], "has 3"],
        [["2"], 'has "2"'],
        [2, "is 2"],
    ] as const)
        it(`refuse signingGenerations ${shown(signing)} with keyGeneration 2, of which hosts accept 1 and 2`, () => {
            const settings = {
                ...good,
                keyGeneration: 2,
                trustedGenerations: [1, 2],
                signingGenerations: signing,
            } as unknown as Settings;
            const allowed =
                "a list of some of trustedGenerations (1, 2) with 2, the current keyGeneration, among them";
            assert.deepEqual(settingsProblems(settings), [{ setting: "signingGenerations", wrong, allowed }]);
        });

    it("accept generations that sign, where hosts accept each", () => {
        const settings = {
            ...good,
            keyGeneration: 2,
            trustedGenerations: [1, 2, 3],
            signingGenerations: [1, 2],
        };
        assert.deepEqual(settingsProblems(settings), []);
    });

    it("name all that is wrong, in the order of the fields", () => {
        const settings = { ...good, protect: "no", bucket: "X", priority: -1 } as unknown as Settings;
        assert.deepEqual(
            settingsProblems(settings).map((problem) => problem.setting),
            ["bucket", "priority", "protect"],
        );
    });

    it("never quote a password in an endpoint", () => {
        const settings = { ...good, endpoint: "https://admin:hunter22@s3.homelab.local/x?y" };
        assert.doesNotMatch(JSON.stringify(settingsProblems(settings)), /hunter22/);
    });
});
