import { countWords } from "../../cache/countWords.ts";
import { during, type Say } from "../../system/progress.ts";
import { inWords } from "../../s3/limits.ts";
import { withoutWords } from "../batch/outcome.ts";
import { pushBatch } from "../batch/pushBatch.ts";
import type { Settings } from "../settings.ts";
import { after, NOTHING, progressWords, skippedWords } from "./progress.ts";
import { report, type Report } from "./report.ts";

/**
 * Pushes paths with their closures at once, and shows how far it is. No queue has
 * a part in it.
 *
 * @param say takes lines about what goes on
 * @param doubted as in a batch
 */
export async function pushPaths(
    settings: Settings,
    paths: readonly string[],
    say: Say,
    doubted: ReadonlySet<string> = new Set(),
): Promise<Report> {
    const begun = performance.now();
    let sums = NOTHING;
    const work = pushBatch(settings, paths, {
        doubted,
        onProgress: (event) => {
            sums = after(sums, event);
            if (event.kind === "without") say(withoutWords(event));
            if (event.kind !== "planned") return;
            const skipped = skippedWords(event);
            say(
                `to upload: ${countWords(event.paths, "path")}, ${inWords(event.bytes)}${skipped === undefined ? "" : `; skipped: ${skipped}`}`,
            );
        },
    });
    const took = () => performance.now() - begun;
    const outcomes = await during(say, "pushing", work, () => progressWords(sums, took()));
    return report(outcomes, sums, took());
}
