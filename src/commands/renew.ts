import { resolve } from "node:path";
import { printable, UserError } from "../cache/problem.ts";
import { keepAlive } from "../content/keepAlive.ts";
import { pinnedRoots } from "../content/roots.ts";
import {
    renewComplaints,
    renewJson,
    renewLines,
    renewMetrics,
    renewStatus,
    type Renewal,
} from "../push/renewReport.ts";
import { UPSTREAM, upstreamsOf } from "../push/upstreamOption.ts";
import { CACHE_FILES, whichCache } from "../push/whichCache.ts";
import { withConnections } from "../s3/bucket.ts";
import { localRoots } from "../store/localRoots.ts";
import { storePathOf } from "../store/pathArguments.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { runMetrics, writeMetrics } from "../system/metrics.ts";
import { during, sayOn } from "../system/progress.ts";

const OPTIONS = {
    "dry-run": { type: "boolean", help: "says what would be renewed, and changes nothing" },
    roots: {
        type: "string",
        multiple: true,
        value: "FOLDER",
        help: "also keeps what links in this folder lead to, such as /nix/var/nix/profiles, if it is in the cache",
    },
    ...UPSTREAM,
    metrics: {
        type: "string",
        value: "FILE",
        help: "writes how it ended, and what is alive, for Prometheus's textfile collector",
    },
    ...CACHE_FILES,
} as const;

export default command({
    summary: "renews what pins keep alive, before it expires",
    arguments: { "[PATH…]": "further store paths to keep, or links to them such as ./result" },
    options: OPTIONS,
    ends: [
        [EXIT.failed, "not all could be renewed"],
        EXIT.unreachable,
        [EXIT.doctorWarning, "something alive is missing, or about to go"],
    ],
    anywhere: true,
    run: renew,
});

/** `nix-cache renew` */
async function renew(
    place: Place,
    options: Given<typeof OPTIONS>,
    given: readonly string[],
): Promise<ExitStatus> {
    try {
        const renewal = await run(place, options, given);
        const status = renewStatus(renewal);
        for (const line of renewComplaints(renewal)) console.error(printable(line));
        console.log(
            options.json === true ? JSON.stringify(renewJson(renewal)) : renewLines(renewal).join("\n"),
        );
        if (options.metrics !== undefined) writeMetrics(options.metrics, renewMetrics(renewal, status));
        return status;
    } catch (error) {
        // That it did not come to its end is what an alert is for.
        if (options.metrics !== undefined)
            writeMetrics(options.metrics, runMetrics("renew", EXIT.failed, new Date()));
        throw error;
    }
}

async function run(place: Place, options: Given<typeof OPTIONS>, given: readonly string[]): Promise<Renewal> {
    const typed = given.map(storePathOf);
    const linked = (options.roots ?? []).flatMap((folder) => localRoots(resolve(folder)));
    const access = await whichCache(options, place, async (folder) =>
        (await import("../engine/administrator.ts")).administratorOf({ folder, stack: place.stack }),
    );
    if (access.role === "host")
        throw new UserError("a host may write its own pin alone: a builder, or the administrator, renews");
    const say = sayOn(process.stderr);
    const refuse = (name: string, why: string) => {
        console.error(printable(`nix-cache: ${name} is no pin, and keeps nothing: ${why}`));
    };
    const begun = performance.now();
    const upstreams = upstreamsOf(options, access.cache);
    try {
        return await withConnections(access.cache, async (cache) => {
            const { pinned, pins } = await pinnedRoots(cache, new Date(), refuse);
            const roots = [...new Set([...pinned.keys(), ...typed, ...linked])];
            let words = "";
            const work = keepAlive(cache, roots, {
                trustedPublicKeys: access.trustedPublicKeys,
                upstreams,
                dryRun: options["dry-run"] === true,
                onProgress: (paths) => (words = `: ${paths} paths looked at`),
                onRenewed: (objects) => (words = `: ${objects} objects renewed`),
            });
            const kept = await during(say, "keeping alive", work, () => words);
            // What links lead to need never have been pushed.
            const asked = new Set([...pinned.keys(), ...typed]);
            const unpushed = new Set(linked.filter((path) => !asked.has(path)));
            const isKept = (path: string) => !unpushed.has(path);
            const lost = [...kept.missing, ...kept.unknown];
            return {
                pins,
                others: new Set([...typed, ...linked].filter((path) => !pinned.has(path))).size,
                unpushed: lost.length - lost.filter(isKept).length,
                pinned,
                kept: { ...kept, missing: kept.missing.filter(isKept), unknown: kept.unknown.filter(isKept) },
                dryRun: options["dry-run"] === true,
                seconds: Math.round((performance.now() - begun) / 100) / 10,
                now: Date.now(),
            };
        });
    } finally {
        upstreams.close();
    }
}
