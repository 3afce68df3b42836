import assert from "node:assert/strict";
import { declare, declared, type Declared } from "../../../src/cache/declared.ts";
import type { LiveBucket, Snapshot } from "../../../src/cache/live.ts";
import { completeSettings } from "../../../src/cache/settings.ts";
import { findDrift } from "../../../src/drift/findDrift.ts";
import { findingLine } from "../../../src/drift/finding.ts";

const SETTINGS = completeSettings({ endpoint: "https://s3.example.org", bucket: "b", builders: ["one"] });
const DECLARED: Declared = declared(declare(SETTINGS), {
    builders: { one: "secret-of-one" },
    page: "page",
    urns: {
        bucket: "urn:bucket",
        anonymousPolicy: "urn:anonymous",
        rules: "urn:rules",
        objects: { "nix-cache-info": "urn:info", "usage.html": "urn:page" },
        writePolicy: "urn:write",
        builders: { one: "urn:one" },
    },
});

const BUCKET: LiveBucket = {
    policy: DECLARED.anonymousPolicy,
    rules: DECLARED.rules.map((rule) => ({ ...rule, enabled: true, other: [] })),
    versioning: "off",
    objectLocking: false,
    quota: 0,
    targets: [],
    others: [],
};
const ONE = {
    secretKey: "secret-of-one",
    enabled: true,
    policies: ["b-write"],
    groups: [],
    serviceAccounts: [],
};
const LIVE: Snapshot = {
    users: { one: ONE, stranger: { ...ONE, policies: ["readwrite"] } },
    policies: { "b-write": DECLARED.writePolicy.document, readwrite: {} },
    groups: { team: ["readwrite"] },
    objects: Object.fromEntries(
        DECLARED.objects.map(({ name, content, contentType }) => [
            name,
            { content, contentType, extraHeaders: [] },
        ]),
    ),
    bucket: BUCKET,
};
const lines = (live: Snapshot) => findDrift(DECLARED, live).map(findingLine);

describe("drift", () => {
    it("is nothing where all is as declared, whatever others have on the server", () =>
        assert.deepEqual(lines(LIVE), []));

    for (const [bucket, line] of [
        [{ quota: 5 }, "quota of bucket b: 5 bytes, beyond which uploads are refused, should be none"],
        [
            { targets: [{ arn: "x", place: "host:1/c" }] },
            "replication target of bucket b: host:1/c on the server, should be none",
        ],
        [
            { others: ["bucket-encryption.xml"] },
            "default encryption of bucket b: set on the server, should be none",
        ],
        [
            { others: ["new.xml"] },
            "new.xml of bucket b: set on the server, should be none; cannot be undone: it is not known here how to take it away; look at it with mc stat",
        ],
        [
            { objectLocking: true },
            'object locking of bucket b: on, should be off; cannot be undone: a bucket keeps it for life; only a new bucket is without: docs/operating.md, "A bucket that was versioned or locked", has the commands',
        ],
        [
            { rules: [{ id: "mine", prefix: "nar/", days: 3, enabled: true, other: [] }, ...BUCKET.rules] },
            "expiry of bucket b: a rule for nar/* was added (3 days), should be 30 days, NARs 37 days, nix-cache-info never",
        ],
        [
            { rules: BUCKET.rules.map((rule, index) => ({ ...rule, id: `other-${index}` })).reverse() },
            undefined,
        ],
    ] as [Partial<LiveBucket>, string | undefined][]) {
        it(`of the bucket: ${line ?? "none for rules of other names"}`, () => {
            const live = { ...LIVE, bucket: { ...BUCKET, ...bucket } };
            assert.deepEqual(lines(live), line === undefined ? [] : [line]);
        });
    }

    it("of a bucket that is gone names no setting of it", () => {
        const { bucket, ...live } = LIVE;
        assert.ok(bucket !== undefined);
        assert.deepEqual(lines({ ...live, objects: {} }), [
            "bucket b: missing on the server, with all that it held, should be there",
        ]);
    });

    it("of a long line is shown from a little before the difference", () => {
        const [object] = DECLARED.objects;
        assert.ok(object !== undefined);
        const content = `${"x".repeat(80)}one\n`;
        const declared = { ...DECLARED, objects: [{ ...object, content }] };
        const changed = {
            content: `${"x".repeat(80)}two\n`,
            contentType: object.contentType,
            extraHeaders: [],
        };
        const [finding] = findDrift(declared, { ...LIVE, objects: { [object.name]: changed } });
        assert.equal(
            finding === undefined ? "" : findingLine(finding),
            `object ${object.name}: its content was changed ("…${"x".repeat(20)}two"), should be "…${"x".repeat(20)}one"`,
        );
    });

    it("never shows a secret, and says to make the user again from what the state has", () => {
        const live = { ...LIVE, users: { one: { ...ONE, secretKey: "another" } } };
        assert.deepEqual(lines(live), ["user one: has another secret on the server, should be the stack's"]);
        const [finding] = findDrift(DECLARED, live);
        assert.deepEqual(finding?.makeAgain, ["urn:one"]);
        assert.deepEqual(finding.removals, [{ remove: "user", user: "one" }]);
    });

    it("knows users by their own names, not by those that every object has", () => {
        const stranger = { ...ONE, policies: ["b-write"] };
        assert.deepEqual(lines({ ...LIVE, users: { one: ONE, constructor: stranger } }), [
            "policy b-write: attached to user constructor too, should be attached to the builders alone",
        ]);
        const builders = { ...DECLARED.builders, constructor: "secret" };
        assert.deepEqual(findDrift({ ...DECLARED, builders }, LIVE).map(findingLine), [
            "user constructor: missing on the server, should be there",
        ]);
    });

    it("leaves a stranger its other policies", () => {
        const stranger = { ...ONE, policies: ["readwrite", "b-write"] };
        const [finding] = findDrift(DECLARED, { ...LIVE, users: { one: ONE, stranger } });
        assert.deepEqual(finding?.removals, [
            { remove: "attachment", from: "stranger", isGroup: false, policy: "b-write" },
        ]);
        assert.deepEqual(finding.makeAgain, []);
    });
});
