// The words for what everyone may do and should not, or should and may not.

import { grantsOf, matches, type Grant } from "../grants.ts";
import { differenceWords, type PolicyDifference } from "../policyDifference.ts";

/** What single permissions of everyone are called; several of them come with each word. */
const WORDS = [
    { word: "read", action: "s3:GetObject" },
    { word: "list", action: "s3:ListBucket" },
    { word: "write", action: "s3:PutObject" },
    { word: "delete", action: "s3:DeleteObject" },
] as const;

/**
 * The differences of a bucket policy as its owner would say them, for one line:
 * what everyone may do and should not, and what not everyone may do and should.
 *
 * @param declared the policy that should be there
 */
export function anonymousWords(declared: unknown, difference: PolicyDifference): string {
    const { added, missing } = difference;
    const allowed = grantsOf(declared);
    const more = words(
        added.filter(({ effect, condition }) => effect === "allow" && condition === ""),
    ).filter((word) => !words(allowed).includes(word));
    const less = words([
        ...missing.filter(({ effect }) => effect === "allow"),
        ...added.filter(({ effect }) => effect === "deny"),
    ]);
    const said = [
        ...(more.length === 0 ? [] : [`everyone can ${more.join(", ")}`]),
        ...(less.length === 0 ? [] : [`not everyone can ${less.join(", ")}`]),
    ];
    const details = differenceWords(difference);
    return said.length === 0 ? details : `${said.join(", ")} on the server (${details})`;
}

function words(grants: readonly Grant[]): string[] {
    return WORDS.filter(({ action }) => grants.some((grant) => matches(grant.action, action))).map(
        ({ word }) => word,
    );
}
