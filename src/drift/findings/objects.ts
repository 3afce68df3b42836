// The words and the repair of the cache's own objects that are not as declared.

import type { Declared, DeclaredObject } from "../../cache/declared.ts";
import type { LiveObject } from "../../cache/live.ts";
import { shown } from "../../cache/problem.ts";
import type { Finding } from "../finding.ts";

/** What is different about the stack's own objects. */
export function objectFindings(declared: Declared, live: Readonly<Record<string, LiveObject>>): Finding[] {
    return declared.objects.flatMap((object) =>
        objectDifferences(object, live[object.name]).map((difference) => ({
            subject: `object ${object.name}`,
            ...difference,
            makeAgain: [declared.urns.objects[object.name] ?? ""].filter((urn) => urn !== ""),
            removals: [],
        })),
    );
}

/** Letters of a line that are shown before the place where it differs. */
const BEFORE = 20;
/** Letters that are shown of a line. */
const FITS = 55;

type Difference = Pick<Finding, "is" | "shouldBe">;

function objectDifferences(object: DeclaredObject, live: LiveObject | undefined): Difference[] {
    if (live === undefined) return [{ is: "missing on the server", shouldBe: "there" }];
    const differences: Difference[] = [];
    if (live.content !== object.content) {
        const [is, shouldBe] = firstDifferentLine(live.content, object.content);
        differences.push({ is: `its content was changed (${is})`, shouldBe });
    }
    if (live.contentType !== object.contentType) {
        differences.push({
            is: `its content type is ${shown(live.contentType)}`,
            shouldBe: object.contentType,
        });
    }
    if (live.extraHeaders.length > 0) {
        differences.push({ is: `it was given ${live.extraHeaders.join(", ")}`, shouldBe: "without" });
    }
    return differences;
}

function firstDifferentLine(is: string, shouldBe: string): [string, string] {
    const [live, declared] = [is.trimEnd().split("\n"), shouldBe.trimEnd().split("\n")];
    const index = declared.findIndex((line, at) => line !== live[at]);
    if (index >= 0) return fromDifference(live[index], declared[index] ?? "");
    const more = live.slice(declared.length).join("\n");
    return more === "" ? ["its line ends", "as declared"] : [`also ${shown(more)}`, "nothing more"];
}

/** Two lines, from a little before the place where they begin to differ. */
function fromDifference(is: string | undefined, shouldBe: string): [string, string] {
    if (is === undefined) return [shown(is), shown(shouldBe)];
    const at = shouldBe.split("").findIndex((letter, index) => letter !== is[index]);
    const from = Math.max(0, (at < 0 ? shouldBe.length : at) - BEFORE);
    // What fits is shown from its beginning.
    if (Math.max(is.length, shouldBe.length) <= FITS || from === 0) return [shown(is), shown(shouldBe)];
    return [shown(`…${is.slice(from)}`), shown(`…${shouldBe.slice(from)}`)];
}
