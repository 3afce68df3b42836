import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { inlineProgram } from "../inline/program.ts";
import { byLine } from "../toolchain/pulumiOutput.ts";
import { pastDeadLock } from "./deadLock.ts";
import { askPulumi, PulumiError, runPulumi } from "./pulumi.ts";
import { stackArguments, type Target } from "./target.ts";

/** The project's name, as in Pulumi.yaml. */
const PROJECT = "nix-cache";

/** Number of resources by what was, or would be, done: `same`, `create`, `update`, `replace`, `delete`. */
export type Changes = Readonly<Partial<Record<string, number>>>;

/**
 * Runs `pulumi up` on a stack, with this project's program in this process: it
 * needs the engine and the plugins, but no language host.
 *
 * @param onLine takes each line that Pulumi prints; secrets are masked in them
 * @throws PulumiError
 */
export async function upStack(
    target: Target,
    stackName: string,
    onLine: (line: string) => void,
): Promise<Changes> {
    const stack = await openHere(target, stackName);
    const { changes, output } = await pastDeadLock(target, () =>
        watched(onLine, async (options) => (await stack.up(options)).summary.resourceChanges ?? {}),
    );
    if (output.includes("pending operations from previous deployment")) await clearPending(target, stackName);
    return changes;
}

/** `pulumi preview`, in the same way. It takes no lock. */
export async function previewStack(
    target: Target,
    stackName: string,
    onLine: (line: string) => void,
): Promise<Changes> {
    const stack = await openHere(target, stackName);
    const { changes } = await watched(
        onLine,
        async (options) => (await stack.preview(options)).changeSummary,
    );
    return changes;
}

async function openHere(target: Target, stackName: string): Promise<Stack> {
    // Reads the state once, past what a killed run may have left of it.
    await askPulumi(target.folder, ["stack", "--show-name", ...stackArguments(target)]);
    const selected = target.stack === undefined ? undefined : await selectedStack(target.folder);
    const stack = await openStack(target.folder, stackName);
    // The Automation API selects the stack that it opens; that is the user's choice to make.
    if (selected !== undefined) await askPulumi(target.folder, ["stack", "select", selected]);
    return stack;
}

/**
 * What a killed run was about to make stays noted in the state, and every
 * later run warns of it. The `up` before this has made it, or found it there.
 */
async function clearPending(target: Target, stackName: string): Promise<void> {
    const name = stackName.split("/").at(-1) ?? stackName;
    const urn = `urn:pulumi:${name}::${PROJECT}::pulumi:pulumi:Stack::${PROJECT}-${name}`;
    // The target keeps it from reading anything else anew.
    const how = ["--yes", "--skip-preview", "--clear-pending-creates", "--target", urn];
    await askPulumi(target.folder, ["refresh", ...how, ...stackArguments(target)]);
}

interface Watch {
    readonly color: "never";
    readonly onOutput: (text: string) => void;
    readonly onError: (text: string) => void;
    readonly showSecrets: false;
}

async function watched(
    onLine: (line: string) => void,
    operation: (options: Watch) => Promise<Changes>,
): Promise<{ changes: Changes; output: string }> {
    let output = "";
    const lines = byLine(onLine);
    const take = (text: string) => {
        output += text;
        lines(text);
    };
    try {
        const options = { color: "never", onOutput: take, onError: take, showSecrets: false } as const;
        return { changes: await operation(options), output };
    } catch (error) {
        throw new PulumiError(`${output}\n${(error as Error).message}`);
    }
}

async function openStack(folder: string, stackName: string): Promise<Stack> {
    try {
        return await LocalWorkspace.selectStack(
            { stackName, projectName: PROJECT, program: inlineProgram(folder) },
            { workDir: folder },
        );
    } catch (error) {
        throw new PulumiError((error as Error).message);
    }
}

/** The stack that is selected in this folder, if any. */
async function selectedStack(folder: string): Promise<string | undefined> {
    const { status, stdout } = await runPulumi(folder, ["stack", "--show-name"]);
    return status === 0 ? stdout.trim() : undefined;
}
