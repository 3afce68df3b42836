#!/usr/bin/env node
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { UserError } from "../cache/problem.ts";
import { UsageError } from "../cache/usageError.ts";
import { ServerError } from "../s3/serverError.ts";
import { COMMANDS, type Options } from "../commands/commands.ts";
import { EXIT, type ExitStatus } from "../commands/exitStatus.ts";
import { PUSH_ARGUMENTS } from "../push/options.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { account, isChanging, withAccount } from "../system/ledger.ts";
import { runMetrics, writeMetrics } from "../system/metrics.ts";
import { isSystemError, systemErrorWords } from "../system/systemError.ts";
import { findProject } from "../system/project.ts";

/** Runs `nix-cache <command>` and says how it ended. */
async function main(args: readonly string[]): Promise<ExitStatus> {
    const [name = "", ...rest] = args;
    if (["", "help", "--help", "-h"].includes(name)) {
        console.log(generalHelp());
        return name === "" ? EXIT.usage : EXIT.ok;
    }
    const command = COMMANDS.find((one) => one.name === name);
    if (command === undefined) return misuse(`there is no command ${name}; nix-cache --help lists them`);
    const parsed = parse(rest);
    if (parsed instanceof Error) return misuse(parsed.message);
    const { values, positionals } = parsed;
    if (values.help) {
        console.log(commandHelp(command));
        return EXIT.ok;
    }
    const unknown = Object.keys(values).find(
        (option) => !["stack", "json", ...command.options].includes(option),
    );
    if (unknown !== undefined) return misuse(`${name} has no option --${unknown}; nix-cache ${name} --help`);
    if (positionals.length !== command.arguments.length && !takesAny(command.arguments)) {
        return misuse(`use: nix-cache ${name} ${command.arguments.join(" ")}`);
    }
    const folder = command.anywhere === true ? process.cwd() : findProject(process.cwd());
    goWhereNpmWasCalled(name);
    const status = await command.run({ folder, stack: values.stack }, values, positionals).catch(failed);
    if (values.metrics !== undefined && command.name !== "queue")
        writeMetrics(values.metrics, runMetrics(command.name, status, new Date()));
    return status;
}

/**
 * npm runs its scripts in the project's folder; files that are named on the
 * command line are relative to where the user is.
 */
function goWhereNpmWasCalled(command: string): void {
    const { npm_lifecycle_event: script, INIT_CWD: from } = process.env;
    if (script === command && from !== undefined) process.chdir(from);
}

/** Whether the last argument is one that may be left out, or given more than once: `[PATH…]`. */
function takesAny(names: readonly string[]): boolean {
    return names.at(-1)?.endsWith("…]") ?? false;
}

function parse(args: string[]): { values: Options; positionals: string[] } | Error {
    try {
        return parseArgs({
            args,
            allowPositionals: true,
            options: {
                help: { type: "boolean", short: "h" },
                json: { type: "boolean" },
                stack: { type: "string", short: "s" },
                yes: { type: "boolean", short: "y" },
                verbose: { type: "boolean" },
                deep: { type: "boolean" },
                sample: { type: "string" },
                "nar-bytes": { type: "string" },
                upstream: { type: "string", multiple: true },
                all: { type: "boolean" },
                recipient: { type: "string" },
                identity: { type: "string" },
                "passphrase-file": { type: "string" },
                metrics: { type: "string" },
                builder: { type: "string" },
                out: { type: "string" },
                ...PUSH_ARGUMENTS,
            },
        });
    } catch (error) {
        return error as Error;
    }
}

function misuse(message: string): ExitStatus {
    console.error(`nix-cache: ${message}`);
    return EXIT.usage;
}

/**
 * A user's mistake, a server's refusal or a disk's is one line, which says too what
 * was done before it; anything else is a defect and shows where it is.
 */
function failed(error: unknown): ExitStatus {
    if (isNotInstalled(error)) {
        console.error(
            "nix-cache: this command is not part of what is installed here; run it in the project's folder",
        );
        return EXIT.failed;
    }
    if (!(error instanceof UserError) && !isSystemError(error)) console.error(error);
    const message = withAccount(wordsOf(error));
    const misused = error instanceof UsageError ? EXIT.usage : EXIT.failed;
    const status = error instanceof ServerError ? EXIT.unreachable : misused;
    if (process.argv.includes("--json"))
        console.log(JSON.stringify({ error: message, status, done: account() }));
    console.error(`nix-cache: ${message}`);
    return status;
}

function wordsOf(error: unknown): string {
    if (error instanceof UserError) return error.message;
    if (!isSystemError(error)) return "this is a defect of the program; what it did is above";
    const { path, syscall } = error;
    return `${path ?? syscall ?? "the system"}: ${systemErrorWords(error)}`;
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

/** Whether a part of the program is missing: the package for builders has neither Pulumi's commands nor their libraries. */
function isNotInstalled(error: unknown): boolean {
    return error instanceof Error && (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
}

survivePipes();
process.exitCode = await main(process.argv.slice(2)).catch(failed);
// An inline program that Pulumi has given up leaves connections behind that would keep this process for a minute.
setTimeout(() => process.exit(), 500).unref();
