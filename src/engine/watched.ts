import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { toldBy, type Told } from "./events.ts";
import type { Changes } from "./follow.ts";
import { PulumiError } from "./pulumi.ts";
import { byLine } from "./pulumiOutput.ts";

/** Who is told of a run as it goes. */
export interface Watch {
    /** Takes what the engine tells. */
    readonly onTold?: ((told: Told) => void) | undefined;
    /** Takes each line that Pulumi prints; secrets are masked in them. */
    readonly onLine?: ((line: string) => void) | undefined;
}

interface Options {
    readonly color: "never";
    readonly showSecrets: false;
    readonly onOutput: (text: string) => void;
    readonly onError: (text: string) => void;
    readonly onEvent: (event: EngineEvent) => void;
}

/**
 * Runs an operation of the Automation API for what its engine tells.
 *
 * @throws PulumiError with what the engine, or before it the command, called an error
 */
export async function watched(
    { onTold, onLine }: Watch,
    operation: (options: Options) => Promise<unknown>,
): Promise<Changes> {
    let output = "";
    let changes: Changes = {};
    const errors: string[] = [];
    const lines = byLine((line) => onLine?.(line));
    const take = (text: string) => {
        output += text;
        lines(text);
    };
    const onEvent = (event: EngineEvent) => {
        const told = toldBy(event);
        if (told === undefined) return;
        if (told.kind === "summary") ({ changes } = told);
        if (told.kind === "error") errors.push(told.message);
        onTold?.(told);
    };
    try {
        await operation({ color: "never", showSecrets: false, onOutput: take, onError: take, onEvent });
        return changes;
    } catch (error) {
        throw new PulumiError(`${output}\n${(error as Error).message}`, errors);
    }
}

/**
 * Keeps `up` from asking Pulumi twice for the outputs and once for its history
 * when it is done: three processes, and what they say is known from the events or read by nobody.
 */
export function withoutQuestions(stack: Stack): Stack {
    stack.outputs = () => Promise.resolve({});
    stack.info = () => Promise.resolve(undefined);
    return stack;
}
