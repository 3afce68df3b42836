import { RunError } from "@pulumi/pulumi";
import { LocalWorkspace, Stack, type PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { inlineProgram } from "./inline/program.ts";
import { byLine } from "./pulumiOutput.ts";
import { pastDeadLock } from "./deadLock.ts";
import { notedCommand } from "./notedCommand.ts";
import { entered } from "../system/ledger.ts";
import { askPulumi, PulumiError } from "./pulumi.ts";
import { stackArguments, type NamedTarget } from "./target.ts";
import { projectName } from "../system/project.ts";

/** Number of resources by what was, or would be, done: `same`, `create`, `update`, `replace`, `delete`. */
export type Changes = Readonly<Partial<Record<string, number>>>;

/** What is done before the program, while Pulumi holds the stack's lock. */
export type Before = () => Promise<void>;

/**
 * Runs `pulumi up` on a stack, with this project's program in this process: it
 * needs the engine and the plugins, but no language host.
 *
 * @param onLine takes each line that Pulumi prints; secrets are masked in them
 * @param before done first of all, once Pulumi has the stack's lock, so that no other run is at work.
 *   What it throws ends the update before any resource, and is thrown here
 * @throws PulumiError
 */
export async function upStack(
    target: NamedTarget,
    onLine: (line: string) => void,
    before?: Before,
): Promise<Changes> {
    const { program, refusal } = programAfter(target.folder, before);
    const stack = await openHere(target, program);
    const { changes, output } = await pastDeadLock(target, () =>
        watched(
            (line) => {
                if (STEP.test(line)) entered("a part of pulumi up");
                onLine(line);
            },
            async (options) => (await stack.up(options)).summary.resourceChanges ?? {},
        ).catch((error: unknown) => {
            throw refusal() ?? error;
        }),
    );
    if (output.includes("pending operations from previous deployment")) await clearPending(target);
    return changes;
}

/** Pulumi's lines about what it begins to do to a resource. The stack's own is no change: it stands for the run. */
const STEP = /^ *[-+~]+ +(?!pulumi:)\S+:\S+ \S+ (creating|updating|deleting|replacing|importing)\b/;

/** `pulumi preview`, in the same way. It takes no lock. */
export async function previewStack(target: NamedTarget, onLine: (line: string) => void): Promise<Changes> {
    const stack = await openHere(target, inlineProgram(target.folder));
    const { changes } = await watched(
        onLine,
        async (options) => (await stack.preview(options)).changeSummary,
    );
    return changes;
}

/** The program with something before it, and what that has thrown: of an error, Pulumi passes on the words alone. */
function programAfter(
    folder: string,
    before: Before = () => Promise.resolve(),
): {
    readonly program: PulumiFn;
    readonly refusal: () => unknown;
} {
    let refused: unknown;
    const program = inlineProgram(folder);
    return {
        refusal: () => refused,
        program: async () => {
            try {
                await before();
            } catch (error) {
                refused = error;
                throw new RunError((error as Error).message);
            }
            return program();
        },
    };
}

/**
 * Opens a stack and leaves the user's selection alone. The Automation API
 * selects each stack that it opens, which is nothing but a check that it is
 * there: every operation names the stack. A run that was killed before it had put the
 * selection back made the user's next `pulumi destroy` mean another stack.
 */
async function openHere(target: NamedTarget, program: PulumiFn): Promise<Stack> {
    // Reads the state once, past what a killed run may have left of it.
    await askPulumi(target.folder, ["stack", "--show-name", ...stackArguments(target)]);
    try {
        const workspace = await LocalWorkspace.create({
            workDir: target.folder,
            program,
            pulumiCommand: await notedCommand(),
        });
        workspace.selectStack = () => Promise.resolve();
        return await Stack.select(target.stack, workspace);
    } catch (error) {
        throw new PulumiError((error as Error).message);
    }
}

/**
 * What a killed run was about to make stays noted in the state, and every
 * later run warns of it. The `up` before this has made it, or found it there.
 */
async function clearPending(target: NamedTarget): Promise<void> {
    const name = target.stack.split("/").at(-1) ?? target.stack;
    const project = projectName(target.folder);
    const urn = `urn:pulumi:${name}::${project}::pulumi:pulumi:Stack::${project}-${name}`;
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
