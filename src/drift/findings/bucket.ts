// The words and the repair of a bucket that is missing or not as declared.

import type { Declared } from "../../cache/declared.ts";
import type { LiveBucket } from "../../cache/live.ts";
import { anonymousWords } from "./anonymousAccess.ts";
import type { Finding } from "../finding.ts";
import { isSame, policyDifference } from "../policyDifference.ts";

/** What is different about the bucket's own settings. */
export function bucketFindings(declared: Declared, live: LiveBucket): Finding[] {
    return [
        ...anonymousFindings(declared, live),
        ...versioningFindings(declared, live),
        ...lockingFindings(declared, live),
        ...quotaFindings(declared, live),
        ...otherFindings(declared, live),
        // After the replication itself: MinIO keeps a target that is in use.
        ...targetFindings(declared, live),
    ];
}

/** That the bucket is gone: nothing else of it can be compared. */
export function missingBucket(declared: Declared): Finding {
    return {
        subject: `bucket ${declared.bucket}`,
        is: "missing on the server, with all that it held",
        shouldBe: "there",
        // Its settings and objects depend on it and are made again with it.
        makeAgain: [declared.urns.bucket],
        removals: [],
        remains:
            "what was pushed to the bucket is gone: builders push again, with --option narinfo-cache-positive-ttl 0",
    };
}

function anonymousFindings(declared: Declared, live: LiveBucket): Finding[] {
    const difference = policyDifference(declared.anonymousPolicy, live.policy);
    if (isSame(difference)) return [];
    return [
        {
            subject: `anonymous access to bucket ${declared.bucket}`,
            is:
                live.policy === undefined
                    ? "none on the server"
                    : anonymousWords(declared.anonymousPolicy, difference),
            shouldBe: listingAllowed(declared) ? "download (read and list)" : "read without listing",
            makeAgain: [declared.urns.anonymousPolicy],
            removals: [],
        },
    ];
}

function listingAllowed(declared: Declared): boolean {
    return declared.anonymousPolicy.Statement.some((statement) => statement.Action.includes("s3:ListBucket"));
}

/** Under the same name, so that no host has to be touched. */
const NEW_BUCKET =
    'only a new bucket is without: docs/operating.md, "A bucket that was versioned or locked", has the commands';

function versioningFindings(declared: Declared, live: LiveBucket): Finding[] {
    if (live.versioning === "off") return [];
    return [
        {
            subject: `versioning of bucket ${declared.bucket}`,
            is: `${live.versioning} on the server`,
            shouldBe: "never switched on",
            makeAgain: [],
            removals: live.versioning === "enabled" && !live.objectLocking ? [{ remove: "versioning" }] : [],
            beyondRepair: `what expires leaves markers and old versions behind, and it can only be suspended; ${NEW_BUCKET}`,
        },
    ];
}

function lockingFindings(declared: Declared, live: LiveBucket): Finding[] {
    if (!live.objectLocking) return [];
    return [
        {
            subject: `object locking of bucket ${declared.bucket}`,
            is: "on",
            shouldBe: "off",
            makeAgain: [],
            removals: [],
            beyondRepair: `a bucket keeps it for life; ${NEW_BUCKET}`,
        },
    ];
}

function quotaFindings(declared: Declared, live: LiveBucket): Finding[] {
    if (live.quota === 0) return [];
    return [
        {
            subject: `quota of bucket ${declared.bucket}`,
            is: `${live.quota} bytes, beyond which uploads are refused`,
            shouldBe: "none",
            makeAgain: [],
            removals: [{ remove: "quota" }],
        },
    ];
}

function targetFindings(declared: Declared, live: LiveBucket): Finding[] {
    return live.targets.map(({ arn, place }) => ({
        subject: `replication target of bucket ${declared.bucket}`,
        is: `${place} on the server`,
        shouldBe: "none",
        makeAgain: [],
        removals: [{ remove: "target", arn }],
    }));
}

/** Settings that the stack leaves alone on every bucket, by their files in MinIO's export. */
const OTHERS = {
    "bucket-encryption.xml": { name: "default encryption", removal: "encryption" },
    "replication.xml": { name: "replication", removal: "replication" },
    "tagging.xml": { name: "tags", removal: "tags" },
    "notification.xml": { name: "event notifications", removal: "notifications" },
    "cors.xml": { name: "CORS rules", removal: "cors" },
} as const;

function otherFindings(declared: Declared, live: LiveBucket): Finding[] {
    return live.others.map((file) => {
        const known = file in OTHERS ? OTHERS[file as keyof typeof OTHERS] : undefined;
        return {
            subject: `${known?.name ?? file} of bucket ${declared.bucket}`,
            is: "set on the server",
            shouldBe: "none",
            makeAgain: [],
            removals: known === undefined ? [] : [{ remove: known.removal }],
            ...(known === undefined
                ? { beyondRepair: "it is not known here how to take it away; look at it with mc stat" }
                : {}),
        };
    });
}
