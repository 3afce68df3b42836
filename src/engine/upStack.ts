import { RunError } from "@pulumi/pulumi";
import { LocalWorkspace, Stack, type PulumiCommand, type PulumiFn } from "@pulumi/pulumi/automation/index.js";
import type { Finding } from "../drift/finding.ts";
import { entered } from "../system/ledger.ts";
import { clearPending, PENDING } from "./clearPending.ts";
import { pastDeadLock } from "./deadLock.ts";
import type { Told } from "./events.ts";
import type { Changes } from "./follow.ts";
import { inlineProgram } from "./inline/program.ts";
import { commandOnPath } from "./notedCommand.ts";
import { PulumiError } from "./pulumi.ts";
import type { NamedTarget } from "./target.ts";
import { watched, withoutQuestions, type Watch } from "./watched.ts";

/** What is done before the program, while Pulumi holds the stack's lock. */
export type Before = () => Promise<void>;

/** Who is told of a run. */
export interface RunWatch extends Watch {
    /** Takes what differs on the server, as the program has found it. */
    readonly onDrift?: ((findings: readonly Finding[]) => void) | undefined;
}

/**
 * Pulumi's engine, on stacks that were opened (src/engine/open.ts), with this
 * project's program in this process: it needs the engine and the plugins, but
 * no language host.
 *
 * @param version what `pulumi version` prints
 * @throws PulumiError when it is too old
 */
export function makeEngine(version: string): {
    /**
     * `pulumi up`.
     *
     * @param before done first of all, once Pulumi has the stack's lock, so that no other run is at work.
     *   What it throws ends the update before any resource, and is thrown here
     * @throws PulumiError
     */
    readonly up: (target: NamedTarget, watch: RunWatch, before?: Before) => Promise<Changes>;
    /** `pulumi preview`. It takes no lock. */
    readonly preview: (target: NamedTarget, watch: RunWatch) => Promise<Changes>;
} {
    const command = commandOnPath(version);
    return {
        up: (target, watch, before) => up(command, target, watch, before),
        preview: async (target, watch) => {
            const stack = await openHere(command, target, inlineProgram(target.folder, watch.onDrift));
            return watched(watch, (options) => stack.preview(options));
        },
    };
}

async function up(
    command: PulumiCommand,
    target: NamedTarget,
    { onTold, onLine, onDrift }: RunWatch,
    before?: Before,
): Promise<Changes> {
    const { program, refusal } = programAfter(inlineProgram(target.folder, onDrift), before);
    const stack = withoutQuestions(await openHere(command, target, program));
    let pending = false as boolean;
    const note = (told: Told) => {
        // The stack's own step is no change: it stands for the run.
        if (told.kind === "begins" && !told.step.type.startsWith("pulumi:")) entered("a part of pulumi up");
        if (told.kind === "warning" && told.message.includes(PENDING)) pending = true;
        onTold?.(told);
    };
    const changes = await pastDeadLock(target, () =>
        watched({ onTold: note, onLine }, (options) => stack.up(options)).catch((error: unknown) => {
            throw refusal() ?? error;
        }),
    );
    if (pending) await clearPending(target);
    return changes;
}

/** The program with something before it, and what that has thrown: of an error, Pulumi passes on the words alone. */
function programAfter(
    program: PulumiFn,
    before: Before = () => Promise.resolve(),
): {
    readonly program: PulumiFn;
    readonly refusal: () => unknown;
} {
    let refused: unknown;
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
async function openHere(
    pulumiCommand: PulumiCommand,
    target: NamedTarget,
    program: PulumiFn,
): Promise<Stack> {
    try {
        const workspace = await LocalWorkspace.create({ workDir: target.folder, program, pulumiCommand });
        workspace.selectStack = () => Promise.resolve();
        return await Stack.select(target.stack, workspace);
    } catch (error) {
        throw new PulumiError((error as Error).message);
    }
}
