import { UserError } from "../cache/problem.ts";
import type { Upstreams } from "../content/upstream.ts";
import { BrokenFinder, MOST_BROKEN, type BrokenLook } from "../mend/broken.ts";
import { LookProgress } from "../mend/lookProgress.ts";
import { removeBroken, stillBroken } from "../mend/repair.ts";
import { planRepair } from "../mend/planRepair.ts";
import type { Removal } from "../mend/repairPlan.ts";
import { repairJson, repairLines } from "../mend/repairWords.ts";
import { pushPaths } from "../push/direct/pushPaths.ts";
import { complaints } from "../push/direct/report.ts";
import { builderName, namesFiles, PUSH_OPTIONS, pushWishes, sourceFiles } from "../push/options.ts";
import { settingsOf, type Settings } from "../push/settings.ts";
import { sourceOf } from "../push/source.ts";
import { UPSTREAM, upstreamsOf } from "../push/upstreamOption.ts";
import { withConnections, type Cache } from "../s3/bucket.ts";
import { asCalled } from "../system/asCalled.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { confirm } from "../system/confirm.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { entered, mayChange } from "../system/ledger.ts";
import { sayOn } from "../system/progress.ts";
import { isNotInstalled } from "../system/notInstalled.ts";
import { projectOf } from "../system/project.ts";

const OPTIONS = {
    deep: { type: "boolean", help: "reads every NAR and hashes it; otherwise looks at their sizes alone" },
    ...UPSTREAM,
    "dry-run": { type: "boolean", help: "shows the plan, and changes nothing" },
    yes: { type: "boolean", short: "y", help: "does not ask" },
    "host-config": PUSH_OPTIONS["host-config"],
    credentials: PUSH_OPTIONS.credentials,
    "signing-key": PUSH_OPTIONS["signing-key"],
    profile: PUSH_OPTIONS.profile,
    compression: PUSH_OPTIONS.compression,
    level: PUSH_OPTIONS.level,
    store: PUSH_OPTIONS.store,
} as const;

type Options = Given<typeof OPTIONS>;

export default command({
    summary: "pushes again, or removes, what doctor finds broken; asks first",
    options: OPTIONS,
    ends: [[EXIT.failed, "refused, or something is broken still"], EXIT.unreachable],
    anywhere: true,
    run: repair,
});

/** Who repairs: as a builder who pushes; by the stack, also as the administrator who removes. */
interface Who {
    readonly settings: Settings;
    readonly admin?: Cache;
}

/**
 * `nix-cache repair`: by the stack in its folder; on a builder, by its files, what it can push.
 */
async function repair(place: Place, options: Options): Promise<ExitStatus> {
    mayChange();
    const { settings, admin } = await whoRepairs(place, options);
    const upstreams = upstreamsOf(options, settings.cache);
    try {
        return await withConnections(admin ?? settings.cache, (cache) =>
            repairIn({ settings, ...(admin === undefined ? {} : { admin: cache }) }, upstreams, options, {
                cache,
                trustedPublicKeys: settings.trustedPublicKeys,
                upstreams,
                deep: options.deep === true,
            }),
        );
    } finally {
        upstreams.close();
    }
}

async function whoRepairs(place: Place, options: Options): Promise<Who> {
    const wishes = pushWishes(options);
    const folder = namesFiles(options) ? undefined : projectOf(place.folder);
    const engine = folder === undefined ? undefined : await stackEngine();
    if (folder === undefined || engine === undefined)
        return { settings: settingsOf(sourceOf(sourceFiles(options)), wishes) };
    const { outputs, cache } = await engine.administrationOf({ folder, stack: place.stack });
    return {
        settings: settingsOf(engine.pushOutputsOf(outputs, builderName(options)), wishes),
        admin: cache,
    };
}

/** What asks the stack; undefined in the package for builders, which has none. */
async function stackEngine() {
    try {
        const { administrationOf } = await import("../engine/administration.ts");
        const { pushOutputsOf } = await import("../engine/pushOutputs.ts");
        return { administrationOf, pushOutputsOf };
    } catch (error) {
        if (isNotInstalled(error)) return undefined;
        throw error;
    }
}

async function repairIn(
    { settings, admin }: Who,
    upstreams: Upstreams,
    options: Options,
    look: BrokenLook,
): Promise<ExitStatus> {
    const { json = false } = options;
    const { cache } = look;
    const progress = new LookProgress();
    const finder = new BrokenFinder(look);
    const { broken, seen, isCut } = await finder.all(() => progress.look());
    const plan = await planRepair(broken, finder, settings.nix, admin, upstreams);
    const server = `${new URL(cache.connection.url).origin}/${cache.bucket}`;
    if (!json) for (const line of repairLines(plan, seen, server)) console.log(line);
    if (isCut) console.error(`there may be more: this run ends at ${MOST_BROKEN} that are broken`);
    const isLeft = plan.left.length + plan.stuck.length > 0 || isCut;
    const isNothing = plan.push.length + plan.remove.length === 0;
    if (options["dry-run"] === true || isNothing) {
        if (json) console.log(JSON.stringify({ seen, ...repairJson(plan), done: false }));
        return isLeft ? EXIT.failed : EXIT.ok;
    }
    if (options.yes !== true) {
        if (json) throw new UserError("--json asks nothing: give --dry-run or --yes");
        await confirm("do this?", asCalled("repair", ...(look.deep ? ["--deep"] : []), "--yes"));
    }
    if (plan.push.length > 0) {
        entered(`pushed some of ${plan.push.length} paths again`);
        const done = await pushPaths(settings, plan.push, sayOn(process.stderr), new Set(plan.push));
        for (const line of complaints(done)) console.error(`nix-cache: ${line}`);
    }
    // What was seen before may have changed.
    const again = new BrokenFinder(look);
    const still = await stillBroken(
        again,
        plan.pushed.map(({ key }) => key),
    );
    const removed = admin === undefined ? [] : await removeBroken(admin, again, plan.remove);
    const mended = plan.pushed.length - still.length;
    if (json)
        console.log(
            JSON.stringify({
                seen,
                ...repairJson(plan),
                done: true,
                mended,
                still,
                removed: removed.map(keyOf),
            }),
        );
    else {
        console.log(`mended ${mended} by pushing, removed ${removed.length} narinfos`);
        for (const { key, path = key, wrong } of still) console.error(`${path} is broken still: ${wrong[0]}`);
    }
    return isLeft || still.length > 0 ? EXIT.failed : EXIT.ok;
}

function keyOf({ key }: Removal): string {
    return key;
}
