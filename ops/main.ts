#!/usr/bin/env node
import { parseArgs } from "node:util";
import { UserError } from "../cache/problem.ts";
import { ServerError } from "../server/request.ts";
import { COMMANDS, type Options } from "./commands.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { commandHelp, generalHelp } from "./help.ts";
import { findProject } from "./target.ts";

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
    if (positionals.length !== command.arguments.length) {
        return misuse(`use: nix-cache ${name} ${command.arguments.join(" ")}`);
    }
    return command.run({ folder: findProject(process.cwd()), stack: values.stack }, values, positionals);
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
                deep: { type: "boolean" },
                sample: { type: "string" },
                recipient: { type: "string" },
                identity: { type: "string" },
                "passphrase-file": { type: "string" },
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

/** A user's mistake or a server's refusal is one line; anything else is a defect and shows where it is. */
function failed(error: unknown): ExitStatus {
    if (!(error instanceof UserError)) {
        console.error(error);
        return EXIT.failed;
    }
    const status = error instanceof ServerError ? EXIT.unreachable : EXIT.failed;
    if (process.argv.includes("--json")) console.log(JSON.stringify({ error: error.message, status }));
    console.error(`nix-cache: ${error.message}`);
    return status;
}

process.exitCode = await main(process.argv.slice(2)).catch(failed);
