import { covers, grantsOf, grantWords, type Grant } from "./grants.ts";

/** In what a policy differs from the declared one. */
export interface PolicyDifference {
    /** What it allows or denies beyond that. */
    readonly added: readonly Grant[];
    /** What it fails to allow or deny; with a condition where it does so under one alone. */
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
        sorted(grants.filter((grant) => !by.some((wide) => covers(wide, grant))));
    const missing = uncovered(should, is).map((grant) => {
        const under = is.find((one) => covers({ ...one, condition: "" }, grant));
        return under === undefined ? grant : { ...grant, condition: under.condition };
    });
    return { added: uncovered(is, should), missing };
}

/** Whether there is none. */
export function isSame({ added, missing }: PolicyDifference): boolean {
    return added.length + missing.length === 0;
}

/** The differences in words, for one line: what is allowed first, and no more than two of a kind by name. */
export function differenceWords({ added, missing }: PolicyDifference): string {
    const say = (grants: readonly Grant[], effect: Grant["effect"], verb: string) => {
        const all = grants
            .filter((grant) => grant.effect === effect)
            .map((one) => `${verb} ${grantWords(one)}`);
        const more = all.length - NAMED;
        return all.length === 0
            ? []
            : [`${all.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
    };
    const [conditional, gone] = [missing.filter(isConditional), missing.filter((one) => !isConditional(one))];
    return [
        ...say(added, "allow", "allows"),
        ...say(conditional, "allow", "allows only"),
        ...say(gone, "allow", "does not allow"),
        ...say(added, "deny", "denies"),
        ...say(conditional, "deny", "denies only"),
        ...say(gone, "deny", "does not deny"),
    ].join(", ");
}

const NAMED = 2;

function isConditional({ condition }: Grant): boolean {
    return condition !== "";
}

/** In one order, each once. */
function sorted(grants: readonly Grant[]): Grant[] {
    const byWords = new Map(grants.map((grant) => [`${grant.effect} ${grantWords(grant)}`, grant]));
    return [...byWords].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
}
