import { covers, grantsOf, grantWords, type Grant } from "./grants.ts";

/** In what a policy differs from the declared one. */
export interface PolicyDifference {
    /** What it allows or denies beyond that. */
    readonly added: readonly Grant[];
    /** What it fails to allow or deny. */
    readonly missing: readonly Grant[];
}

/**
 * In what two policies differ; empty when they say the same, however they are
 * written: order, one text in place of a list, two statements in place of one,
 * a permission that another one covers.
 *
 * MinIO gives the parts of a policy in another order each time, so both lists are sorted.
 */
export function policyDifference(declared: unknown, live: unknown): PolicyDifference {
    const [should, is] = [grantsOf(declared), grantsOf(live)];
    const uncovered = (grants: readonly Grant[], by: readonly Grant[]) =>
        grants
            .filter((grant) => !by.some((wide) => covers(wide, grant)))
            .sort((a, b) => (grantWords(a) < grantWords(b) ? -1 : 1));
    return { added: uncovered(is, should), missing: uncovered(should, is) };
}

/** Whether there is none. */
export function isSame({ added, missing }: PolicyDifference): boolean {
    return added.length + missing.length === 0;
}

/** Each difference in words: what is allowed first. */
export function differenceWords({ added, missing }: PolicyDifference): string[] {
    const say = (grants: readonly Grant[], effect: Grant["effect"], verb: string) =>
        grants.filter((grant) => grant.effect === effect).map((grant) => `${verb} ${grantWords(grant)}`);
    return [
        ...say(added, "allow", "allows"),
        ...say(missing, "allow", "does not allow"),
        ...say(added, "deny", "denies"),
        ...say(missing, "deny", "does not deny"),
    ];
}
