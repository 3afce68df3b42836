import { UserError } from "../cache/problem.ts";
import type { RawConfig } from "../stack/rawConfig.ts";
import {
    NOT_DEPLOYED,
    readOutputsIfAny,
    readRawConfig,
    stackName,
    type NamedTarget,
    type Outputs,
    type Target,
} from "./target.ts";

/** A stack, and what Pulumi said of it when it was opened. */
export interface Opened extends NamedTarget {
    /** Secrets in clear; undefined before the first deployment. */
    readonly outputs: Outputs | undefined;
    /** Secrets in clear. */
    readonly config: RawConfig;
}

/** A stack that was deployed. */
export type Deployed = Opened & { readonly outputs: Outputs };

/**
 * Asks Pulumi for all that a command needs to know of a stack: its processes
 * run side by side, and the command hands on what they said. What a killed run
 * has left of the state is made readable on the way.
 *
 * @throws PulumiError of the first of them that fails: name, outputs, configuration
 */
export async function open(target: Target): Promise<Opened> {
    const [stack, outputs, config] = await answers(
        stackName(target),
        readOutputsIfAny(target),
        readRawConfig(target),
    );
    return { folder: target.folder, stack, outputs, config: { ...config, stack: lastPart(stack) } };
}

/**
 * The answers of processes that run side by side. Which error is told does not depend on which is quicker.
 *
 * @throws the error of the first of them that fails, in this order
 */
export async function answers<Asked extends unknown[]>(
    ...asked: { [Index in keyof Asked]: Promise<Asked[Index]> }
): Promise<Asked> {
    await Promise.allSettled(asked);
    return Promise.all(asked);
}

/** @throws UserError when the stack has no outputs */
export function deployed(opened: Opened): Deployed {
    const { outputs } = opened;
    if (outputs === undefined) throw new UserError(NOT_DEPLOYED);
    return { ...opened, outputs };
}

/** Of `organization/project/NAME`, the name that its settings file has. */
function lastPart(stack: string): string {
    return stack.slice(stack.lastIndexOf("/") + 1);
}
