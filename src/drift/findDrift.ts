import type { Declared } from "../cache/declared.ts";
import type { Snapshot } from "../cache/live.ts";
import { bucketFindings } from "./findings/bucket.ts";
import { expiryFindings } from "./findings/expiry.ts";
import type { Finding } from "./finding.ts";
import { identityFindings } from "./findings/identities.ts";
import { objectFindings } from "./findings/objects.ts";

/** Every difference between what a stack declares and what its server holds; empty when there is none. */
export function findDrift(declared: Declared, live: Snapshot): Finding[] {
    return [...bucketAndContent(declared, live), ...identityFindings(declared, live)];
}

function bucketAndContent(declared: Declared, live: Snapshot): Finding[] {
    if (live.bucket !== undefined) {
        return [
            ...bucketFindings(declared, live.bucket),
            ...expiryFindings(declared, live.bucket),
            ...objectFindings(declared, live.objects),
        ];
    }
    return [
        {
            subject: `bucket ${declared.bucket}`,
            is: "missing on the server, with all that it held",
            shouldBe: "there",
            // Its settings and objects depend on it and are made again with it.
            makeAgain: [declared.urns.bucket],
            removals: [],
            remains:
                "what was pushed to the bucket is gone: builders push again, with --option narinfo-cache-positive-ttl 0",
        },
    ];
}
