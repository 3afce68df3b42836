import { asCalled } from "../system/asCalled.ts";
import { printable } from "../cache/problem.ts";
import { wrapped } from "../cache/wrap.ts";
import { objectsOf } from "./doomed.ts";
import type { Pinned } from "./pinnedBy.ts";
import type { RemovalPlan } from "./removalPlan.ts";

/** Paths of a kind that a person is shown; a program gets more. */
const SHOWN = 20;

/** A plan for people, in lines of 80 columns as far as store paths let them be. */
export function removalLines(
    { removals, shared, referrers }: RemovalPlan,
    pins: readonly Pinned[],
    server: string,
): string[] {
    const objects = objectsOf(removals);
    const stay = [...shared].filter((key) => objects.has(key));
    return [
        `to be removed from ${server}:`,
        ...listed(removals.map(({ path }) => path)),
        ...(stay.length === 0 ? [] : ["these stay, since others have them too:", ...listed(stay)]),
        ...(referrers.count === 0
            ? []
            : [
                  ...wrapped(
                      `${referrers.count === 1 ? "1 path that stays refers" : `${referrers.count} paths that stay refer`} to one of them, and no host could get ${referrers.count === 1 ? "it" : "these"} whole from this cache:`,
                      "",
                  ),
                  ...listed(referrers.paths, referrers.count),
                  "-> --referrers removes them too",
              ]),
        ...(pins.length === 0
            ? []
            : [
                  "pins that would point to nothing:",
                  ...listed(pins.map(({ pin, paths }) => `${pin} (${paths.join(", ")})`)),
              ]),
    ];
}

/** Why what pins name is not removed, in one line. */
export function pinnedWords([first, ...others]: readonly Pinned[]): string {
    const pin = first?.pin ?? "";
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    return `the pin ${pin}${more} names what would be removed: ${asCalled("unpin", pin)}, or remove it with --pinned`;
}

function listed(names: readonly string[], count = names.length): string[] {
    const shown = names.slice(0, SHOWN).map((name) => `  ${printable(name)}`);
    return count > shown.length ? [...shown, `  and ${count - shown.length} more`] : shown;
}
