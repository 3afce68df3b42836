// What is compared, in which order; the words of each finding are in findings/.

import type { Declared } from "../cache/declared.ts";
import type { Snapshot } from "../cache/live.ts";
import { bucketFindings, missingBucket } from "./findings/bucket.ts";
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
    return [missingBucket(declared)];
}
