// The words and the repair of lifecycle rules that are not as declared.

import type { Declared } from "../../cache/declared.ts";
import type { ExpiryRule } from "../../cache/expiryRules.ts";
import type { LiveBucket, LiveRule } from "../../cache/live.ts";
import type { Finding } from "../finding.ts";

/** How many single rules are named before the rest is only counted: there are 188 of them. */
const NAMED = 3;

/** What is different about the bucket's lifecycle rules: one finding, since they are written as one. */
export function expiryFindings(declared: Declared, live: LiveBucket): Finding[] {
    const differences = ruleDifferences(declared.rules, live.rules);
    if (differences.length === 0) return [];
    const urn = declared.urns.rules;
    return [
        {
            subject: `expiry of bucket ${declared.bucket}`,
            is: live.rules.length === 0 ? "no lifecycle rules on the server" : shortened(differences),
            shouldBe: declared.rules.length === 0 ? "none" : inWords(declared.rules),
            makeAgain: urn === undefined ? [] : [urn],
            // Where the stack has no rules, no resource stands for them.
            removals: urn === undefined ? [{ remove: "lifecycle" }] : [],
        },
    ];
}

function ruleDifferences(declared: readonly ExpiryRule[], live: readonly LiveRule[]): string[] {
    const known = new Map(declared.map((rule) => [rule.prefix, rule]));
    const seen = new Set<string>();
    // The stack's own rules first, so that one added for the same names is the one that is said to be added.
    const own = new Set(declared.map(({ id }) => id));
    const ordered = [...live].sort((a, b) => Number(own.has(b.id)) - Number(own.has(a.id)));
    const differences = ordered.flatMap((rule) => {
        const should = known.get(rule.prefix);
        const where = rule.prefix === "" ? "for the whole bucket" : `for ${rule.prefix}*`;
        if (should === undefined || seen.has(rule.prefix))
            return [`a rule ${where} was added${effect(rule)}`];
        seen.add(rule.prefix);
        return [
            ...(rule.enabled ? [] : [`the rule ${where} is disabled`]),
            ...(rule.days === should.days
                ? []
                : [`the rule ${where} has ${rule.days ?? "no"} days in place of ${should.days}`]),
            ...(rule.other.length === 0 ? [] : [`the rule ${where} also has ${rule.other.join(", ")}`]),
        ];
    });
    const missing = declared.filter(({ prefix }) => !seen.has(prefix));
    return [...differences, ...missing.map(({ prefix }) => `the rule for ${prefix}* is missing`)];
}

function effect(rule: LiveRule): string {
    const what = [...(rule.days === undefined ? [] : [`${rule.days} days`]), ...rule.other].join(", ");
    return `${what === "" ? "" : ` (${what})`}${rule.enabled ? "" : ", disabled"}`;
}

function shortened(differences: readonly string[]): string {
    const more = differences.length - NAMED;
    return [...differences.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

function inWords(rules: readonly ExpiryRule[]): string {
    const days = (nar: boolean) => rules.find(({ prefix }) => (prefix === "nar/") === nar)?.days ?? 0;
    return `${days(false)} days, NARs ${days(true)} days, nix-cache-info never`;
}
