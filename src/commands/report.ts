import { UserError } from "../cache/problem.ts";
import { bytesOf } from "../cache/size.ts";
import { asEveryone } from "../content/access.ts";
import { CACHE_FILES, whichCache } from "../push/whichCache.ts";
import type { Figures } from "../report/figures.ts";
import { figuresOf } from "../report/look.ts";
import { figuresMetrics } from "../report/metrics.ts";
import { reportLines } from "../report/table.ts";
import { withConnections } from "../s3/bucket.ts";
import { command, type Given, type Place } from "../system/command.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { runMetrics, writeMetrics } from "../system/metrics.ts";
import { isNotInstalled } from "../system/notInstalled.ts";
import { during, sayOn } from "../system/progress.ts";
import { systemErrorWords } from "../system/systemError.ts";
import { writeWhole } from "../system/wholeFile.ts";

const OPTIONS = {
    listing: {
        type: "boolean",
        help: "reads no narinfo: sizes, ages and kinds alone, in memory that does not grow",
    },
    html: { type: "string", value: "FILE", help: "writes it as one page with plots" },
    metrics: {
        type: "string",
        value: "FILE",
        help: "writes it for Prometheus's textfile collector",
    },
    ...CACHE_FILES,
} as const;

export default command({
    summary: "what is in the cache, how old it is, and who keeps it",
    options: OPTIONS,
    ends: [EXIT.failed, EXIT.unreachable, [EXIT.doctorWarning, "maxSize is reached, or nearly"]],
    anywhere: true,
    run: report,
});

/** `nix-cache report`: reads, and changes nothing. A builder's credentials suffice, or in the project's folder the stack. */
async function report(place: Place, options: Given<typeof OPTIONS>): Promise<ExitStatus> {
    try {
        return await lookAndTell(place, options);
    } catch (error) {
        // That it did not come to its end is what an alert is for.
        if (options.metrics !== undefined)
            writeMetrics(options.metrics, runMetrics("report", EXIT.failed, new Date()));
        throw error;
    }
}

async function lookAndTell(place: Place, options: Given<typeof OPTIONS>): Promise<ExitStatus> {
    const pageOf = options.html === undefined ? undefined : await plots();
    const access = await whichCache(options, place, async (folder) =>
        (await import("../engine/administrator.ts")).administratorOf({ folder, stack: place.stack }),
    );
    const { host, role, trustedPublicKeys } = access;
    // What an earlier version wrote may say less.
    const { expireDays = 0, narGraceDays = 0, maxSize } = host as Partial<typeof host>;
    const figures = await withConnections(
        role === "host" ? asEveryone(access.cache) : access.cache,
        (cache) => {
            let words = "";
            const work = figuresOf(cache, {
                trustedPublicKeys,
                expireDays,
                narGraceDays,
                maxSize: maxSize === undefined ? undefined : bytesOf(maxSize),
                readNarinfos: options.listing !== true,
                onProgress: (objects, narinfos) =>
                    (words = `: ${objects} objects${narinfos > 0 ? `, ${narinfos} narinfos read` : ""}`),
            });
            return during(sayOn(process.stderr), "looking at the cache", work, () => words);
        },
    );
    const status = figures.size === null || figures.size.level === "ok" ? EXIT.ok : EXIT.doctorWarning;
    if (options.metrics !== undefined)
        writeMetrics(options.metrics, [
            ...runMetrics("report", status, new Date()),
            ...figuresMetrics(figures),
        ]);
    if (options.html !== undefined && pageOf !== undefined) writePage(options.html, pageOf(figures));
    console.log(options.json === true ? JSON.stringify(figures) : reportLines(figures).join("\n"));
    return status;
}

/** The page's plots need a library that only who wants them has to have. */
async function plots(): Promise<(figures: Figures) => string> {
    try {
        return (await import("../report/page/page.ts")).reportPage;
    } catch (error) {
        if (!isNotInstalled(error)) throw error;
        throw new UserError(
            "--html needs the library echarts, which is not part of this package: run it in the project's folder",
        );
    }
}

function writePage(file: string, page: string): void {
    try {
        writeWhole(file, page, 0o644);
    } catch (error) {
        if (error instanceof UserError) throw error;
        throw new UserError(`${file} cannot be written: ${systemErrorWords(error)}`, { cause: error });
    }
}
