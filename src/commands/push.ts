import { text } from "node:stream/consumers";
import { printable } from "../cache/problem.ts";
import { UsageError } from "../cache/usageError.ts";
import { pinMeant, type Access } from "../content/access.ts";
import { setPin } from "../content/setPin.ts";
import { DEFAULT_UPSTREAMS, type Upstreams } from "../content/upstream.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { sayOn } from "../system/progress.ts";
import { projectOf } from "../system/project.ts";
import { requireNix } from "../store/nix.ts";
import { storePathOf } from "../store/pathArguments.ts";
import { dryRun } from "../push/direct/dryRun.ts";
import { pushPaths } from "../push/direct/pushPaths.ts";
import { complaints, dryRunLines, summary } from "../push/direct/report.ts";
import {
    builderName,
    namesFiles,
    outdated,
    PUSH_OPTIONS,
    pushWishes,
    REMOVED,
    sourceFiles,
    type PushOptions,
} from "../push/options.ts";
import { mustFitPin } from "../push/pinOptions.ts";
import { pinReport } from "../push/pinReport.ts";
import { queueFolder } from "../push/queuePlace.ts";
import { upstreamsOf } from "../push/upstreamOption.ts";
import { workQueue } from "../push/workQueue.ts";
import { settingsOf, type Settings } from "../push/settings.ts";
import { sourceOf } from "../push/source.ts";
import { isNotInstalled } from "../system/notInstalled.ts";

const OPTIONS = {
    "dry-run": { type: "boolean", help: "says what would be sent, and sends nothing" },
    watch: { type: "boolean", help: "works the queue for ever, as a service" },
    once: { type: "boolean", help: "tries each queued path once, as from cron" },
    pin: {
        type: "string",
        value: "NAME",
        help: "pins the paths, once all that they need is there",
    },
    ...PUSH_OPTIONS,
} as const;

export default command({
    summary: "signs and pushes paths, or what is queued, with all that they need",
    arguments: { "[PATH…]": "store paths, or ./result; -: from standard input" },
    options: OPTIONS,
    removed: REMOVED,
    ends: [[EXIT.failed, "refused, or not all was pushed"], EXIT.unreachable],
    anywhere: true,
    run: (place, options, paths) =>
        paths.length === 0 ? pushQueue(place, options) : pushGiven(place, options, paths),
});

/**
 * `nix-cache push PATH…`: pushes at once, and waits for no server.
 *
 * @throws UserError when a path is none, or it cannot be known where to push to
 */
async function pushGiven(
    place: Place,
    options: Given<typeof OPTIONS>,
    given: readonly string[],
): Promise<ExitStatus> {
    if (options.watch === true || options.once === true)
        throw new UsageError("--watch and --once are for the queue, and take no paths");
    const paths = [...new Set((await typed(given)).map(storePathOf))];
    const settings = await settingsFor(place, options);
    requireNix(settings.nix);
    const pin = options.pin === undefined ? undefined : pinFor(settings, options.pin, paths);
    // Only for what filters left to other caches.
    const upstream = [...settings.filters.upstreamCaches, ...DEFAULT_UPSTREAMS];
    const upstreams = upstreamsOf({ upstream }, settings.cache);
    try {
        if (options["dry-run"] === true) return await tryOut(settings, paths, options.json === true);
        const done = await pushPaths(settings, paths, sayOn(process.stderr));
        for (const line of complaints(done)) tell(line);
        const pinned = done.status === EXIT.ok ? await pin?.(upstreams) : undefined;
        if (options.json === true) {
            const { sums, ...rest } = done;
            console.log(
                JSON.stringify({
                    ...rest,
                    ...sums,
                    ...(pin === undefined ? {} : { pin: pinned?.json ?? null }),
                }),
            );
        } else console.log([...summary(done), ...(pinned?.lines ?? [])].join("\n"));
        if (pin !== undefined && pinned === undefined) tell(`${options.pin ?? ""} was not pinned`);
        for (const line of pinned?.complaints ?? []) console.error(line);
        return pinned?.status ?? done.status;
    } finally {
        upstreams.close();
    }
}

/**
 * What pins paths after their push.
 *
 * @throws UserError when there can be no such pin: before anything is pushed
 */
function pinFor(settings: Settings, given: string, paths: readonly string[]) {
    mustFitPin(paths);
    const { cache, trustedPublicKeys } = settings;
    const access: Access = { cache, role: "builder", trustedPublicKeys, stackPins: [] };
    const name = pinMeant(access, given);
    const wanted = { name, paths, until: null, keepRevisions: undefined };
    return async (upstreams: Upstreams) => {
        // A member may have been left to another cache, or have gone since it was looked at.
        const done = await setPin(access, wanted, upstreams, { allowMissing: false, trustSame: false });
        return pinReport(wanted, done, upstreams);
    };
}

async function tryOut(settings: Settings, paths: readonly string[], json: boolean): Promise<ExitStatus> {
    const would = await dryRun(settings, paths);
    for (const { path, reason } of would.bad) tell(`${path} cannot be pushed: ${reason}`);
    console.log(json ? JSON.stringify(would) : dryRunLines(would).join("\n"));
    return would.bad.length === 0 ? EXIT.ok : EXIT.failed;
}

/** What is given, and where `-` stands, the words of standard input. */
async function typed(given: readonly string[]): Promise<string[]> {
    const words: string[] = [];
    for (const one of given)
        words.push(...(one === "-" ? (await text(process.stdin)).split(/\s+/).filter(Boolean) : [one]));
    if (words.length === 0) throw new UsageError("no path came from standard input");
    return words;
}

/**
 * From the files that are named; else, in a project's folder, from the outputs of its stack.
 *
 * @throws UserError when neither says it
 */
async function settingsFor(place: Place, options: PushOptions): Promise<Settings> {
    const note = outdated();
    if (note !== undefined) tell(note);
    const wishes = pushWishes(options);
    const folder = namesFiles(options) ? undefined : projectOf(place.folder);
    const engine =
        folder === undefined
            ? undefined
            : await import("../engine/pushOutputs.ts").catch((error: unknown) => {
                  // The package for builders has no stack.
                  if (!isNotInstalled(error)) throw error;
              });
    if (folder === undefined || engine === undefined)
        return settingsOf(sourceOf(sourceFiles(options)), wishes);
    return settingsOf(
        await engine.readPushOutputs({ folder, stack: place.stack }, builderName(options)),
        wishes,
    );
}

/**
 * `nix-cache push`: works the queue until it is empty, with `--once` each path
 * once, with `--watch` for ever.
 *
 * @returns a status other than 0 with its reason as the last line on standard error
 * @throws UserError when a file cannot be read or does not fit, or another push works this queue
 */
async function pushQueue(place: Place, options: Given<typeof OPTIONS>): Promise<ExitStatus> {
    if (options.watch === true && options.once === true)
        throw new UsageError("it is --watch or --once, not both");
    for (const option of ["dry-run", "pin"] as const)
        if (options[option] !== undefined)
            throw new UsageError(`--${option} is for paths, and none was given`);
    const settings = await settingsFor(place, options);
    requireNix(settings.nix);
    const mode = options.watch === true ? "watch" : options.once === true ? "once" : "empty";
    return await workQueue(settings, queueFolder(options), mode);
}

function tell(line: string): void {
    console.error(`nix-cache: ${printable(line)}`);
}
