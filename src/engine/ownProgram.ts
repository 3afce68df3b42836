import { RunError, type Output } from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";
import type { Declared } from "../cache/declared.ts";
import { readPrevious } from "../stack/previous.ts";
import type { Listeners } from "../stack/running.ts";
import { checkConfig } from "../stack/stackConfig.ts";
import { inlineProgram } from "./inline/program.ts";
import { lockHolders } from "./lockHolders.ts";
import { PulumiError } from "./pulumi.ts";
import { readRawConfig, type NamedTarget } from "./target.ts";

/**
 * What is done before the program, while Pulumi holds the stack's lock.
 *
 * @param declared what the stack declared when it was last deployed, as the engine has it now
 */
export type Before = (declared: () => Promise<Declared | undefined>) => Promise<void>;

/** The program, and what is known of its run that Pulumi does not pass on, or in words alone. */
export interface Program {
    readonly program: PulumiFn;
    /**
     * Throws why a run failed: what the program, or what is done before it, has thrown; where it was
     * never begun, what is wrong in the configuration, in the words that the program has for it; else the error itself.
     */
    readonly reasonOf: (error: unknown) => Promise<never>;
    readonly declared: () => Declared | undefined;
}

/** @param before done first, in the same run */
export function programOf(
    target: NamedTarget,
    { onDrift = () => undefined }: Pick<Listeners, "onDrift">,
    before: Before = () => Promise.resolve(),
): Program {
    let begun = false;
    let refused: unknown;
    let known: Declared | undefined;
    const first = () =>
        before(readPrevious).catch((error: unknown) => {
            refused = error;
            throw new RunError((error as Error).message);
        });
    const run = inlineProgram(target.folder, { onDrift, onRefused: (error) => (refused = error) }, first);
    const program = async () => {
        begun = true;
        const outputs = (await run()) as { readonly declared: Output<Declared> };
        outputs.declared.apply((value) => (known = value));
        return outputs;
    };
    const reasonOf = async (error: unknown) => {
        if (!begun && error instanceof PulumiError && lockHolders(error.output).length === 0)
            checkConfig(await readRawConfig(target).catch(() => Promise.reject(error)));
        throw refused ?? error;
    };
    return { program, reasonOf, declared: () => known };
}
