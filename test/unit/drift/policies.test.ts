import assert from "node:assert/strict";
import * as fc from "fast-check";
import { anonymousPolicy, builderPolicy } from "../../../src/cache/policies.ts";
import { anonymousWords } from "../../../src/drift/findings/anonymousAccess.ts";
import { covers, grantsOf, matches } from "../../../src/drift/grants.ts";
import { differenceWords, isSame, policyDifference } from "../../../src/drift/policyDifference.ts";

const allow = (action: unknown, resource: unknown, more: Record<string, unknown> = {}) => ({
    Effect: "Allow",
    Principal: "*",
    Action: action,
    Resource: resource,
    ...more,
});
const policy = (...statements: unknown[]) => ({ Version: "2012-10-17", Statement: statements });
const declared = anonymousPolicy("b", true);
const difference = (live: unknown) => differenceWords(policyDifference(declared, live));

describe("two policies", () => {
    const BUCKET = "arn:aws:s3:::b";
    const OBJECTS = "arn:aws:s3:::b/*";

    for (const [what, live] of [
        [
            "in other statements, texts in place of lists",
            policy(
                allow("s3:GetObject", OBJECTS),
                allow("s3:ListBucket", BUCKET),
                allow("s3:GetBucketLocation", BUCKET),
            ),
        ],
        [
            "with a permission twice, once more narrowly",
            policy(...declared.Statement, allow("s3:GetObject", "arn:aws:s3:::b/nar/*")),
        ],
        [
            "with a permission on objects that names the bucket, which means nothing",
            policy(...declared.Statement, allow("s3:PutObject", BUCKET)),
        ],
        [
            "with permissions on the bucket that name its objects, which MinIO takes too",
            policy(allow(["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"], [OBJECTS])),
        ],
    ] as const) {
        it(`say the same ${what}`, () => {
            assert.ok(isSame(policyDifference(declared, live)), difference(live));
        });
    }

    for (const [live, words, anonymous] of [
        [
            undefined,
            "does not allow s3:GetBucketLocation on b for everyone, does not allow s3:GetObject on b/* for everyone and 1 more",
            "not everyone can read, list on the server",
        ],
        [
            policy(...declared.Statement, allow("s3:*", OBJECTS)),
            "allows s3:* on b/* for everyone",
            "everyone can write, delete on the server",
        ],
        [
            policy(...declared.Statement, { ...allow("s3:GetObject", OBJECTS), Effect: "Deny" }),
            "denies s3:GetObject on b/* for everyone",
            "not everyone can read on the server",
        ],
        [
            policy(
                declared.Statement[0],
                allow("s3:GetObject", OBJECTS, { Condition: { Bool: { a: ["b"] } } }),
            ),
            'allows only s3:GetObject on b/* for everyone if {"Bool":{"a":["b"]}}',
            "not everyone can read on the server",
        ],
        [
            policy(...declared.Statement, {
                Effect: "Allow",
                Principal: "*",
                NotAction: "s3:X",
                Resource: OBJECTS,
            }),
            "allows all but s3:X on b/* for everyone",
            "allows all but s3:X on b/* for everyone",
        ],
    ] as const) {
        it(`differ in words: ${words}`, () => {
            assert.equal(difference(live), words);
            const said = anonymousWords(declared, policyDifference(declared, live));
            assert.equal(said, anonymous === words ? words : `${anonymous} (${words})`);
        });
    }

    it("differ in a denial that is missing", () => {
        const should = builderPolicy("b");
        const live = policy(...should.Statement.slice(0, 2));
        assert.equal(
            differenceWords(policyDifference(should, live)),
            "does not deny admin:CreateServiceAccount",
        );
    });

    it("are compared whatever a server sends", () => {
        for (const nonsense of [
            null,
            3,
            "text",
            {},
            { Statement: 3 },
            { Statement: [null] },
            { Statement: [{}] },
        ]) {
            assert.equal(isSame(policyDifference(declared, nonsense)), false, JSON.stringify(nonsense));
        }
    });

    it("differ in the same words in whatever order MinIO gives their parts", () => {
        const statements = [
            allow(["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], OBJECTS),
            allow(["s3:ListBucket", "s3:ListBucketVersions"], BUCKET),
        ];
        const expected = difference(policy(...statements));
        const shuffled = fc.tuple(
            ...statements.map((statement) => {
                const actions = statement.Action as string[];
                return fc
                    .shuffledSubarray(actions, { minLength: actions.length })
                    .map((Action) => ({ ...statement, Action }));
            }),
        );
        fc.assert(
            fc.property(shuffled, fc.boolean(), (parts, turned) => {
                assert.equal(difference(policy(...(turned ? parts.reverse() : parts))), expected);
            }),
        );
    });
});

describe("a permission", () => {
    it("covers itself, and what its wildcards meet", () => {
        const [wide, narrow] = grantsOf(
            policy(allow("s3:Get*", "arn:aws:s3:::b/*"), allow("s3:GetObject", "arn:aws:s3:::b/nar/*")),
        );
        assert.ok(covers(wide!, wide!) && covers(wide!, narrow!) && !covers(narrow!, wide!));
    });

    for (const [pattern, name, expected] of [
        ["s3:*", "s3:GetObject", true],
        ["s3:Get?bject", "s3:GetObject", true],
        ["s3:GetObject", "s3:GetObjectTagging", false],
        ["b.c/*", "bxc/y", false],
        ["*", "anything\nat all", true],
        ["all but s3:*", "s3:GetObject", false],
    ] as const) {
        it(`of the pattern ${pattern} ${expected ? "meets" : "does not meet"} ${JSON.stringify(name)}`, () => {
            assert.equal(matches(pattern, name), expected);
        });
    }

    it("is compared as the regular expression of its pattern would do it", () => {
        const text = fc
            .array(fc.constantFrom("a", "b", "*", "?", "."), { maxLength: 8 })
            .map((all) => all.join(""));
        fc.assert(
            fc.property(text, text, (pattern, name) => {
                const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
                assert.equal(
                    matches(pattern, name),
                    pattern === name || new RegExp(`^${source}$`).test(name),
                );
            }),
            { numRuns: 2_000 },
        );
    });

    it("with many wildcards, which a regular expression would not come to the end of, is compared too", () => {
        assert.equal(matches(`${"*a".repeat(40)}b`, "a".repeat(2_000)), false);
        assert.equal(matches(`${"*a".repeat(40)}*b`, `${"a".repeat(2_000)}b`), true);
    });
});
