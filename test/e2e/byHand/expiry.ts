import { expiryRules } from "../../../src/cache/expiryRules.ts";
import type { Change } from "./change.ts";
import type { Scene } from "./scene.ts";

const should = "should be 30 days, NARs 37 days, nix-cache-info never";
const line = ({ bucket }: Scene, is: string) => `expiry of bucket ${bucket}: ${is}, ${should}`;
const rule = (s: Scene, ...args: string[]) => s.mc("ilm", "rule", "add", ...args, s.at);

/** Writes all rules anew, as `mc ilm import` does. */
function rules(s: Scene, change: (rules: Record<string, unknown>[]) => unknown[]): Promise<string> {
    const declared = expiryRules(30, 7).map(({ id, prefix, days }) => ({
        ID: id,
        Status: "Enabled",
        Filter: { Prefix: prefix },
        Expiration: { Days: days },
    }));
    return s.mcWith(JSON.stringify({ Rules: change(declared) }), "ilm", "import", s.at);
}

/** Lifecycle rules, changed with mc ilm. */
export const EXPIRY: readonly Change[] = [
    {
        name: "lifecycle removed",
        listed: true,
        make: (s) => s.mc("ilm", "rule", "rm", "--all", "--force", s.at),
        seen: (s) => [line(s, "no lifecycle rules on the server")],
    },
    {
        name: "other days",
        listed: true,
        make: (s) => s.mc("ilm", "rule", "edit", "--id", "nar", "--expire-days", "365", s.at),
        seen: (s) => [line(s, "the rule for nar/* has 365 days in place of 37")],
    },
    {
        name: "one rule disabled",
        listed: true,
        make: (s) => s.mc("ilm", "rule", "edit", "--id", "hash-0", "--disable", s.at),
        seen: (s) => [line(s, "the rule for 0* is disabled")],
    },
    {
        name: "one rule removed",
        make: (s) => s.mc("ilm", "rule", "rm", "--id", "hash-0", s.at),
        seen: (s) => [line(s, "the rule for 0* is missing")],
    },
    {
        name: "a bucket-wide rule added",
        listed: true,
        make: (s) => rule(s, "--expire-days", "90"),
        seen: (s) => [line(s, "a rule for the whole bucket was added (90 days)")],
    },
    {
        name: "a rule for tagged objects added",
        make: (s) => rule(s, "--prefix", "nar/", "--tags", "keep=no", "--expire-days", "3"),
        seen: (s) => [
            new RegExp(
                `^expiry of bucket ${s.bucket}: a rule for nar/\\* was added \\(3 days, .*for objects tagged keep=no`,
            ),
        ],
    },
    {
        name: "a rule for large objects added",
        make: (s) => rule(s, "--size-gt", "1GiB", "--expire-days", "3"),
        seen: (s) => [
            new RegExp(
                `^expiry of bucket ${s.bucket}: a rule for the whole bucket was added \\(3 days, .*for objects above 1073741824 bytes`,
            ),
        ],
    },
    {
        name: "a rule for old versions added",
        make: (s) => rule(s, "--noncurrent-expire-days", "1"),
        seen: (s) => [
            new RegExp(`^expiry of bucket ${s.bucket}: a rule for the whole bucket was added \\(Noncurrent`),
        ],
    },
    {
        name: "an expiry on a date added",
        make: (s) =>
            rules(s, (all) => [
                ...all,
                {
                    ID: "once",
                    Status: "Enabled",
                    Filter: { Prefix: "log/" },
                    Expiration: { Date: "2098-01-01T00:00:00Z" },
                },
            ]),
        seen: (s) => [line(s, "a rule for log/* was added (Expiration Date)")],
    },
    {
        name: "all days other than declared",
        make: (s) => rules(s, (all) => all.map((one) => ({ ...one, Expiration: { Days: 365 } }))),
        seen: (s) => [
            line(
                s,
                "the rule for nar/* has 365 days in place of 37; the rule for 0* has 365 days in place of 30; the rule for 1* has 365 days in place of 30; and 185 more",
            ),
        ],
    },
];
