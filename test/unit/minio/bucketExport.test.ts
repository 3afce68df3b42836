import assert from "node:assert/strict";
import { readBucket } from "../../../src/minio/bucketExport.ts";

const NOTHING = {
    rules: [],
    versioning: "off",
    objectLocking: false,
    quota: 0,
    targets: [],
    others: [],
};

const rules = (xml: string) =>
    readBucket({ "lifecycle.xml": `<LifecycleConfiguration>${xml}</LifecycleConfiguration>` }).rules;

describe("MinIO's export of a bucket", () => {
    it("may hold nothing", () => assert.deepEqual(readBucket({}), NOTHING));

    it("says nothing in the files that it has for every bucket", () => {
        // As a MinIO of 2026-02 exported a new bucket.
        const files = {
            "notification.xml": `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></NotificationConfiguration>`,
            "quota.json": `{"quota":0,"size":0,"rate":0,"requests":0}`,
            "versioning.xml": "<VersioningConfiguration></VersioningConfiguration>",
            "bucket-targets.json": "<BucketTargets></BucketTargets>",
        };
        assert.deepEqual(readBucket(files), NOTHING);
    });

    it("names every other setting that there is", () => {
        const files = {
            "tagging.xml": "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>",
            "bucket-encryption.xml": `<?xml version="1.0"?><ServerSideEncryptionConfiguration><Rule/></ServerSideEncryptionConfiguration>`,
            "replication.xml": "<ReplicationConfiguration/>",
        };
        assert.deepEqual(readBucket(files).others, ["tagging.xml", "bucket-encryption.xml"]);
    });

    it("names the buckets that it is copied to", () => {
        const target = (arn: string, bucket: string) =>
            `<Targets><SourceBucket>a</SourceBucket><Endpoint>127.0.0.1:9000</Endpoint><TargetBucket>${bucket}</TargetBucket><Arn>${arn}</Arn></Targets>`;
        const files = {
            "bucket-targets.json": `<BucketTargets>${target("x", "b")}${target("y", "c")}</BucketTargets>`,
        };
        assert.deepEqual(readBucket(files).targets, [
            { arn: "x", place: "127.0.0.1:9000/b" },
            { arn: "y", place: "127.0.0.1:9000/c" },
        ]);
    });

    for (const [status, versioning] of [
        ["Enabled", "enabled"],
        ["Suspended", "suspended"],
    ] as const) {
        it(`says that versions are ${versioning}`, () => {
            const xml = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
            assert.equal(readBucket({ "versioning.xml": xml }).versioning, versioning);
        });
    }

    it("says that objects can be locked, how much may be in it, and what anybody may do", () => {
        const bucket = readBucket({
            "object-lock.xml": `<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>`,
            "quota.json": `{"quota":1073741824,"size":0,"rate":0,"requests":0,"quotatype":"hard"}`,
            "policy.json": `{"Version":"2012-10-17","Statement":[]}`,
        });
        assert.equal(bucket.objectLocking, true);
        assert.equal(bucket.quota, 1_073_741_824);
        assert.deepEqual(bucket.policy, { Version: "2012-10-17", Statement: [] });
    });

    it("has the rules as this project makes them", () => {
        const rule = (prefix: string, days: number) =>
            `<Rule><ID>id-${prefix}</ID><Status>Enabled</Status><Filter><Prefix>${prefix}</Prefix></Filter><Expiration><Days>${days}</Days></Expiration></Rule>`;
        const time = "<ExpiryUpdatedAt>2026-11-22T18:04:04.349140974Z</ExpiryUpdatedAt>";
        assert.deepEqual(rules(rule("0", 30) + rule("nar/", 37) + time), [
            { id: "id-0", enabled: true, prefix: "0", days: 30, other: [] },
            { id: "id-nar/", enabled: true, prefix: "nar/", days: 37, other: [] },
        ]);
    });

    it("has one rule, or none", () => {
        const one = `<Rule><ID>a</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule>`;
        assert.deepEqual(rules(one), [{ id: "a", enabled: true, prefix: "", days: 3, other: [] }]);
        assert.deepEqual(rules(""), []);
    });

    for (const [xml, expected] of [
        [
            "<Rule><Status>Disabled</Status><Prefix>old/</Prefix></Rule>",
            { enabled: false, prefix: "old/", other: [] },
        ],
        [
            "<Rule><ID>t</ID><Status>Enabled</Status><Filter><And><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Expiration><Days>1</Days></Expiration></Rule>",
            { id: "t", prefix: "a", days: 1, other: ["for objects tagged k=v"] },
        ],
        [
            "<Rule><ID>d</ID><Status>Enabled</Status><Filter></Filter><Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration></Rule>",
            { id: "d", other: ["Expiration Date"] },
        ],
        [
            "<Rule><ID>n</ID><Status>Enabled</Status><Filter><Prefix>a</Prefix></Filter><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule>",
            { id: "n", prefix: "a", other: ["NoncurrentVersionExpiration"] },
        ],
    ] as const) {
        it(`keeps in words what this project never sets: ${JSON.stringify(expected)}`, () => {
            assert.deepEqual(rules(xml), [{ id: "", enabled: true, prefix: "", ...expected }]);
        });
    }
});
