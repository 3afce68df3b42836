import { UserError } from "../cache/problem.ts";
import { UsageError } from "../cache/usageError.ts";
import { administrationOf } from "../engine/administration.ts";
import { doomedPath, type Doomed } from "../mend/doomed.ts";
import { LookProgress } from "../mend/lookProgress.ts";
import { readNotes } from "../mend/removalNotes.ts";
import { pinnedBy, type Pinned } from "../mend/pinnedBy.ts";
import { planRemoval, type RemovalPlan } from "../mend/removalPlan.ts";
import { pinnedWords, removalLines } from "../mend/removalWords.ts";
import { finishRemovals, removePaths } from "../mend/removePaths.ts";
import { withConnections, type Cache } from "../s3/bucket.ts";
import { storePathOf } from "../store/pathArguments.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { confirm } from "../system/confirm.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { mayChange } from "../system/ledger.ts";

const OPTIONS = {
    referrers: { type: "boolean", help: "removes also what refers to them, and what refers to that" },
    pinned: { type: "boolean", help: "removes also what a pin names" },
    "dry-run": { type: "boolean", help: "shows the plan, and removes nothing" },
    yes: { type: "boolean", short: "y", help: "does not ask" },
} as const;

export default command({
    summary: "removes paths, pushed by mistake or with a secret; asks first",
    arguments: { "[PATH…]": "store paths, or links to them" },
    options: OPTIONS,
    ends: [[EXIT.failed, "refused, or one of the paths is not in the cache"], EXIT.unreachable],
    run: remove,
});

/** `nix-cache remove PATH…`, by the stack in its folder. */
async function remove(
    place: Place,
    options: Given<typeof OPTIONS>,
    given: readonly string[],
): Promise<ExitStatus> {
    if (given.length === 0) throw new UsageError("which paths? give at least one");
    const paths = [...new Set(given.map(storePathOf))];
    mayChange();
    const { cache } = await administrationOf(place);
    return await withConnections(cache, (open) => removeFrom(open, paths, options));
}

async function removeFrom(
    cache: Cache,
    paths: readonly string[],
    options: Given<typeof OPTIONS>,
): Promise<ExitStatus> {
    const { json = false } = options;
    const isDry = options["dry-run"] === true;
    // Read by the listing, which says best what is wrong with a password.
    const notes = await readNotes(cache);
    const ended = isDry ? [] : await finishRemovals(cache, notes);
    for (const path of ended) console.error(`ended the removal of ${path}, which a run before had begun`);
    const looked = await Promise.all(
        paths.map(async (path) => ({ path, doomed: await doomedPath(cache, path) })),
    );
    const asked = looked.flatMap(({ doomed }): Doomed[] => (doomed === undefined ? [] : [doomed]));
    const absent = looked
        .filter(({ path, doomed }) => doomed === undefined && !ended.includes(path))
        .map(({ path }) => path);
    for (const path of absent) console.error(`nix-cache: ${path} is not in the cache`);
    const status = absent.length > 0 ? EXIT.failed : EXIT.ok;
    if (asked.length === 0) {
        if (json) console.log(JSON.stringify({ removed: [], ended, absent }));
        return status;
    }
    const progress = new LookProgress();
    const plan = await planRemoval(cache, asked, options.referrers === true, () => progress.look());
    const server = `${new URL(cache.connection.url).origin}/${cache.bucket}`;
    const pins = await pinnedBy(
        cache,
        plan.removals.map(({ path }) => path),
    );
    if (!json) for (const line of removalLines(plan, pins, server)) console.log(line);
    if (isDry) {
        if (json) console.log(JSON.stringify({ ...asJson(plan, pins), absent }));
        return status;
    }
    if (pins.length > 0 && options.pinned !== true) throw new UserError(pinnedWords(pins));
    if (options.yes !== true) {
        if (json) throw new UserError("--json asks nothing: give --dry-run or --yes");
        const count = plan.removals.length;
        await confirm(
            `remove ${count === 1 ? "this path" : `these ${count} paths`} for good?`,
            asCalled("remove", "--yes", ...paths),
        );
    }
    const removed = await removePaths(cache, plan);
    if (json) {
        const { removals, ...rest } = asJson(plan, pins);
        console.log(JSON.stringify({ removed: removals, ...rest, ended, absent, ...removed }));
    } else {
        console.log(`removed ${removed.objects} objects`);
        for (const key of removed.kept) console.log(`kept ${key}: others have it too`);
        console.log("machines that have fetched a path keep it, and a builder that has it may push it again");
    }
    return status;
}

function asJson({ removals, shared, referrers }: RemovalPlan, pins: readonly Pinned[]) {
    return {
        removals: removals.map(({ path, key, nar = null, log = null }) => ({ path, key, nar, log })),
        shared: [...shared],
        referrers,
        pins,
    };
}
