#!/usr/bin/env node
import { constants } from "node:os";
import { UsageError } from "../cache/usageError.ts";
import { isByNpm } from "../system/asCalled.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { isChanging } from "../system/ledger.ts";
import { findCommand, installedCommands } from "./commandFiles.ts";
import { failed } from "./failure.ts";

/** Commands that Nix's hook and a timer run often, and that load little: they keep nothing in a home folder. */
const RUN_BY_SERVICES: ReadonlySet<string> = new Set(["enqueue", "queue"]);

/** Runs `nix-cache <command>` and says how it ended. */
async function main(args: readonly string[]): Promise<ExitStatus> {
    const [name = "", ...rest] = args;
    if (["", "help", "--help", "-h"].includes(name)) {
        const { generalHelp } = await import("./help.ts");
        console.log(generalHelp(await installedCommands()));
        return name === "" ? EXIT.usage : EXIT.ok;
    }
    if (!RUN_BY_SERVICES.has(name)) (await import("../system/compileCache.ts")).keepCompiled();
    const command = await findCommand(name);
    if (command === undefined)
        throw new UsageError(`there is no command ${name}; nix-cache --help lists them`);
    const { values, metrics, run } = command.parse(name, rest);
    if (values.help === true) {
        console.log((await import("./help.ts")).commandHelp(name, command));
        return EXIT.ok;
    }
    const folder =
        command.anywhere === true
            ? process.cwd()
            : (await import("../system/project.ts")).findProject(process.cwd());
    goWhereItWasCalled();
    const place = { folder, stack: values.stack };
    const status = await Promise.resolve(run(place)).catch(fail);
    if (metrics !== undefined) {
        const { runMetrics, writeMetrics } = await import("../system/metrics.ts");
        writeMetrics(metrics, runMetrics(name, status, new Date()));
    }
    return status;
}

/**
 * npm's scripts, and the sandbox's `nix-cache`, run in the project's folder; files
 * that are named on the command line are relative to where the user is.
 */
function goWhereItWasCalled(): void {
    const { INIT_CWD, NIX_CACHE_CALLED_FROM } = process.env;
    const from = isByNpm() ? INIT_CWD : NIX_CACHE_CALLED_FROM;
    if (from !== undefined) process.chdir(from);
}

function fail(error: unknown): ExitStatus {
    return failed(error, process.argv.includes("--json"));
}

/**
 * What reads the output may have had enough (`nix-cache host linux | head -1`).
 * A command that changes things goes on to its end, unheard; any other ends as
 * programs do that the signal SIGPIPE ends, which Node.js does not let through.
 */
function survivePipes(): void {
    for (const stream of [process.stdout, process.stderr]) {
        stream.on("error", (error: NodeJS.ErrnoException) => {
            if (isChanging()) return;
            process.exit(error.code === "EPIPE" ? 128 + constants.signals.SIGPIPE : EXIT.failed);
        });
    }
}

survivePipes();
process.exitCode = await main(process.argv.slice(2)).catch(fail);
// An inline program that Pulumi has given up leaves connections behind that would keep this process for a minute.
setTimeout(() => process.exit(), 500).unref();
