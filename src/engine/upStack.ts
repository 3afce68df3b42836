import { LocalWorkspace, Stack, type PulumiCommand, type PulumiFn } from "@pulumi/pulumi/automation/index.js";
import type { Declared } from "../cache/declared.ts";
import type { Finding } from "../drift/finding.ts";
import { entered } from "../system/ledger.ts";
import { clearPending, PENDING } from "./clearPending.ts";
import { pastDeadLock } from "./deadLock.ts";
import type { Told } from "./events.ts";
import type { Changes } from "./follow.ts";
import { commandOnPath } from "./notedCommand.ts";
import { programOf, type Before } from "./ownProgram.ts";
import { PulumiError } from "./pulumi.ts";
import type { NamedTarget } from "./target.ts";
import { watched, withoutQuestions, type Watch } from "./watched.ts";

/** How an update ended. */
export interface Updated {
    readonly changes: Changes;
    /** What the stack declares now; undefined where the program did not say it: nothing was deployed. */
    readonly declared: Declared | undefined;
}

/** Who is told of a run. */
export interface RunWatch extends Watch {
    /** Takes what differs on the server, as the program has found it. */
    readonly onDrift?: (findings: readonly Finding[]) => void;
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
    readonly up: (target: NamedTarget, watch: RunWatch, before?: Before) => Promise<Updated>;
    /** `pulumi preview`. It takes no lock. */
    readonly preview: (target: NamedTarget, watch: RunWatch) => Promise<Changes>;
} {
    const command = commandOnPath(version);
    return {
        up: (target, watch, before) => up(command, target, watch, before),
        preview: async (target, watch) => {
            const { program, reasonOf } = programOf(target, watch);
            const stack = await openHere(command, target, program);
            return watched(watch, (options) => stack.preview(options)).catch(reasonOf);
        },
    };
}

async function up(
    command: PulumiCommand,
    target: NamedTarget,
    watch: RunWatch,
    before?: Before,
): Promise<Updated> {
    const { onTold, onLine } = watch;
    const { program, reasonOf, declared } = programOf(target, watch, before);
    const stack = withoutQuestions(await openHere(command, target, program));
    let pending = false as boolean;
    const note = (told: Told) => {
        // The stack's own step is no change: it stands for the run.
        if (told.kind === "begins" && !told.step.type.startsWith("pulumi:")) entered("a part of pulumi up");
        if (told.kind === "warning" && told.message.includes(PENDING)) pending = true;
        onTold?.(told);
    };
    const changes = await pastDeadLock(target, () =>
        watched({ onTold: note, onLine }, (options) => stack.up(options)).catch(reasonOf),
    );
    if (pending) await clearPending(target);
    return { changes, declared: declared() };
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
