import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { pastDeadLock } from "./deadLock.ts";
import { askPulumi, PulumiError, runPulumi } from "./pulumi.ts";
import { stackArguments, type Target } from "./target.ts";

/** The project's name, as in Pulumi.yaml. */
const PROJECT = "nix-cache";

let runs = 0;

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
): Promise<void> {
    // Reads the state once, past what a killed run may have left of it.
    await askPulumi(target.folder, ["stack", "--show-name", ...stackArguments(target)]);
    const selected = target.stack === undefined ? undefined : await selectedStack(target.folder);
    const stack = await openStack(target.folder, stackName);
    // The Automation API selects the stack that it opens; that is the user's choice to make.
    if (selected !== undefined) await askPulumi(target.folder, ["stack", "select", selected]);
    const output = await pastDeadLock(target, () => up(stack, onLine));
    if (output.includes("pending operations from previous deployment")) await clearPending(target, stackName);
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

async function up(stack: Stack, onLine: (line: string) => void): Promise<string> {
    let output = "";
    const take = (text: string) => {
        output += text;
        text.split("\n").filter(Boolean).forEach(onLine);
    };
    try {
        await stack.up({ color: "never", onOutput: take, onError: take, showSecrets: false });
        return output;
    } catch (error) {
        throw new PulumiError(`${output}\n${(error as Error).message}`);
    }
}

async function openStack(folder: string, stackName: string): Promise<Stack> {
    const program = async () => {
        // Compiled, this file has another ending; and a module is run once only, unless its address differs.
        const index = new URL(
            import.meta.url.endsWith(".ts") ? "../index.ts" : "../index.js",
            import.meta.url,
        );
        index.search = `up=${++runs}`;
        return { ...((await import(index.href)) as Record<string, unknown>) };
    };
    try {
        return await LocalWorkspace.selectStack(
            { stackName, projectName: PROJECT, program },
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
