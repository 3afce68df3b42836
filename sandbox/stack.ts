import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { LocalWorkspace, type OutputMap, type Stack } from "@pulumi/pulumi/automation/index.js";
import { UserError } from "../src/cache/problem.ts";
import type { Finding } from "../src/drift/finding.ts";
import type { Told } from "../src/engine/events.ts";
import { inlineProgram } from "../src/engine/inline/program.ts";
import { notedCommand } from "../src/engine/notedCommand.ts";
import { repairTornState } from "../src/engine/tornState.ts";
import { binFolder } from "../toolchain/pulumiHome.ts";
import { watched } from "../src/engine/watched.ts";
import { projectName } from "../src/system/project.ts";
import { lastLine, run } from "../src/system/run.ts";
import { stackEnvironment, type StackPlace } from "./stackPlace.ts";

/** A configuration key's value, and whether it is kept encrypted. Default: in clear text. */
export interface ConfigEntry {
    readonly value: string;
    readonly secret?: boolean;
}

/**
 * Opens a stack, new or not, whose program is this project's index.ts, run in
 * this process: that needs no language host, which cannot be built from
 * modules. What a killed run left of its state is made readable first.
 *
 * @param onDrift takes what differs on the server, as the program finds it
 */
export async function openStack(
    place: StackPlace,
    onDrift?: (findings: readonly Finding[]) => void,
): Promise<Stack> {
    mkdirSync(place.state, { recursive: true, mode: 0o700 });
    repairTornState(pathToFileURL(place.state).href, place.workDir);
    // It would win over the passphrase file.
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    return LocalWorkspace.createOrSelectStack(
        {
            stackName: place.stackName,
            projectName: projectName(place.workDir),
            program: inlineProgram(place.workDir, onDrift === undefined ? {} : { onDrift }),
        },
        {
            workDir: place.workDir,
            pulumiHome: place.pulumiHome,
            pulumiCommand: await notedCommand(place.pulumiHome),
            secretsProvider: "passphrase",
            envVars: {
                ...stackEnvironment(place),
                PATH: toolsPath(place),
                // A plugin that is missing is an error at once, not a download that cannot end.
                PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            },
        },
    );
}

/**
 * Writes what differs into the stack's settings file.
 *
 * A secret goes through standard input: the Automation API's own setConfig puts
 * it into the arguments of a process, which every user of the machine can read.
 *
 * @returns the keys that the file had with another value; a default of Pulumi.yaml is none
 * @throws UserError when Pulumi refuses a value
 */
export async function configure(
    stack: Stack,
    place: StackPlace,
    entries: Readonly<Record<string, ConfigEntry>>,
): Promise<string[]> {
    const corrected: string[] = [];
    const present = await stack.getAllConfig();
    const { config: written = {} } = await stack.workspace.stackSettings(place.stackName);
    for (const [key, { value, secret = false }] of Object.entries(entries)) {
        if (present[key]?.value === value && (present[key].secret ?? false) === secret) continue;
        const args = ["config", "set", secret ? "--secret" : "--plaintext", key, "--stack", place.stackName];
        const { status, stderr } = await run(
            join(binFolder(place.pulumiHome), "pulumi"),
            [...args, "--non-interactive"],
            {
                cwd: place.workDir,
                env: { ...process.env, ...stackEnvironment(place), PATH: toolsPath(place) },
                input: value,
            },
        );
        if (status !== 0) throw new UserError(`Pulumi does not take ${key}: ${lastLine(stderr)}`);
        if (key in written) corrected.push(key);
    }
    return corrected;
}

/** PATH with the tools first, this Node among them. */
function toolsPath(place: StackPlace): string {
    return [binFolder(place.pulumiHome), process.env.PATH ?? ""].join(delimiter);
}

/** What an `up` came to. */
export interface Deployment {
    /** Number of resources by what was done: `same`, `create`, `update`, `replace`, `delete`. */
    readonly changes: Readonly<Record<string, number>>;
    readonly outputs: OutputMap;
}

/**
 * Runs `pulumi up`.
 *
 * @param onTold takes what the engine tells
 * @throws PulumiError with what Pulumi called an error, in one line
 */
export async function deploy(stack: Stack, onTold: (told: Told) => void): Promise<Deployment> {
    let outputs: OutputMap = {};
    const changes = await watched({ onTold }, async (options) => ({ outputs } = await stack.up(options)));
    return { changes: { ...changes } as Deployment["changes"], outputs };
}
