// The words and the repair of policies, builders and other users that are not as declared.

import type { Declared } from "../../cache/declared.ts";
import type { LiveUser, Snapshot } from "../../cache/live.ts";
import type { Finding, Removal } from "../finding.ts";
import { differenceWords, policyDifference } from "../policyDifference.ts";

/** What is different about the write policy, the builders, and who else has what is theirs. */
export function identityFindings(declared: Declared, live: Snapshot): Finding[] {
    return [
        ...policyFindings(declared, live),
        ...Object.keys(declared.builders).flatMap((user) => builderFindings(declared, user, live)),
        ...strangerFindings(declared, live),
    ];
}

/** What a name stands for, if anything: `constructor` is a name that a user may have, and that every object knows. */
function own<Value>(of: Readonly<Record<string, Value>>, name: string): Value | undefined {
    return Object.hasOwn(of, name) ? of[name] : undefined;
}

function policyFindings(declared: Declared, live: Snapshot): Finding[] {
    const { name, document } = declared.writePolicy;
    const found = own(live.policies, name);
    const is =
        found === undefined ? "missing on the server" : differenceWords(policyDifference(document, found));
    if (is === "") return [];
    return [
        {
            subject: `policy ${name}`,
            is,
            shouldBe: found === undefined ? "there" : "as the stack declares it",
            makeAgain: [declared.urns.writePolicy],
            removals: [],
        },
    ];
}

/**
 * A builder that is not as declared is removed from the server and made again
 * with the same secret: whatever was added to it (policies, groups, service
 * accounts) goes with it, and nothing else has to know of them.
 */
function builderFindings(declared: Declared, user: string, live: Snapshot): Finding[] {
    const found = own(live.users, user);
    const makeAgain = [declared.urns.builders[user] ?? ""].filter((urn) => urn !== "");
    const finding = (is: string, shouldBe: string, removals: Removal[]): Finding => ({
        subject: `user ${user}`,
        is,
        shouldBe,
        makeAgain,
        removals,
    });
    if (found === undefined) return [finding("missing on the server", "there", [])];
    return userDifferences(declared, user, found, live).map(([is, shouldBe]) =>
        finding(is, shouldBe, [{ remove: "user", user }]),
    );
}

function userDifferences(
    declared: Declared,
    user: string,
    found: LiveUser,
    live: Snapshot,
): [string, string][] {
    const { name } = declared.writePolicy;
    const extra = found.policies.filter((policy) => policy !== name);
    return [
        ...difference(!found.enabled, "disabled on the server", "enabled"),
        ...difference(
            found.secretKey !== declared.builders[user],
            "has another secret on the server",
            "the stack's",
        ),
        ...difference(!found.policies.includes(name), `policy ${name} is not attached`, "attached"),
        ...extra.map((policy): [string, string] => [`policy ${policy} is attached too`, `${name} alone`]),
        ...found.groups.map((group): [string, string] => [
            `is in group ${group}${groupPolicies(group, live)}`,
            "in no group",
        ]),
        ...found.serviceAccounts.map((key): [string, string] => [
            `has a service account ${key}`,
            "without one",
        ]),
    ];
}

function difference(differs: boolean, is: string, shouldBe: string): [string, string][] {
    return differs ? [[is, shouldBe]] : [];
}

function groupPolicies(group: string, live: Snapshot): string {
    const policies = live.groups[group] ?? [];
    return policies.length === 0 ? "" : `, which has the policy ${policies.join(", ")}`;
}

/** Users and groups that are not the stack's, but were given its write policy: they can push. */
function strangerFindings(declared: Declared, live: Snapshot): Finding[] {
    const { name } = declared.writePolicy;
    const stranger = (from: string, isGroup: boolean): Finding => ({
        subject: `policy ${name}`,
        is: `attached to ${isGroup ? "group" : "user"} ${from} too`,
        shouldBe: "attached to the builders alone",
        makeAgain: [],
        removals: [{ remove: "attachment", from, isGroup, policy: name }],
    });
    const users = Object.entries(live.users)
        // Also for a user with a name that every object has, `constructor`.
        .filter(([user, { policies }]) => !Object.hasOwn(declared.builders, user) && policies.includes(name))
        .map(([user]) => stranger(user, false));
    const groups = Object.entries(live.groups)
        .filter(([, policies]) => policies.includes(name))
        .map(([group]) => stranger(group, true));
    return [...users, ...groups];
}
