import type { Declared } from "../cache/declared.ts";
import type { Credentials } from "../hosts/awsCredentials.ts";
import type { HostConfig } from "../hosts/hostConfig.ts";
import { UserError } from "../cache/problem.ts";
import type { RawConfig } from "../stack/rawConfig.ts";
import { projectName } from "../system/project.ts";
import { askPulumi } from "./pulumi.ts";

/** What a stack without outputs is told. */
export const NOT_DEPLOYED =
    "the stack was not deployed yet, or by another version of this project: run pulumi up";

/** Which stack a command works on. */
export interface Target {
    /** The folder with Pulumi.yaml. */
    readonly folder: string;
    /** The stack's name as it was given; undefined: the one that Pulumi itself would use. */
    readonly stack: string | undefined;
}

/** The outputs of a deployed stack that the operations need. */
export interface Outputs {
    readonly declared: Declared;
    readonly hostConfig: HostConfig;
    readonly builders: Readonly<Record<string, Credentials>>;
    /** undefined where there are none. */
    readonly pinners?: Readonly<Record<string, Credentials>>;
    readonly signingKeys: Readonly<Record<string, string>>;
    /** The keys that new pushes are signed with, a line for each; the current one first. */
    readonly secretKey: string;
}

/** The `--stack` argument for the Pulumi CLI, if the user gave one. */
export function stackArguments(target: Target): string[] {
    return target.stack === undefined ? [] : ["--stack", target.stack];
}

/** A stack that is known by its name: whoever selects another one meanwhile does not change which one is meant. */
export type NamedTarget = Target & { readonly stack: string };

/** The name of the stack that is meant. */
export async function stackName(target: Target): Promise<string> {
    return target.stack ?? (await askPulumi(target.folder, ["stack", "--show-name"])).trim();
}

/**
 * The stack's outputs, secrets in clear.
 *
 * @throws UserError when the stack has none
 */
export async function readOutputs(target: Target): Promise<Outputs> {
    const outputs = await readOutputsIfAny(target);
    if (outputs === undefined) throw new UserError(NOT_DEPLOYED);
    return outputs;
}

/** The same; undefined before the first deployment. */
export async function readOutputsIfAny(target: Target): Promise<Outputs | undefined> {
    const text = await askPulumi(target.folder, [
        "stack",
        "output",
        "--json",
        "--show-secrets",
        ...stackArguments(target),
    ]);
    const outputs = JSON.parse(text) as Partial<Outputs>;
    return outputs.declared?.version === 1 ? (outputs as Outputs) : undefined;
}

/**
 * What hosts are told; no secret is read for it.
 *
 * @throws UserError when the stack has no outputs
 */
export async function readHostConfig(target: Target): Promise<HostConfig> {
    const text = await askPulumi(target.folder, ["stack", "output", "--json", ...stackArguments(target)]);
    const { hostConfig } = JSON.parse(text) as Partial<Outputs>;
    if (hostConfig?.version === 1) return hostConfig;
    throw new UserError(NOT_DEPLOYED);
}

/** The stack's configuration as Pulumi has it, secrets in clear. */
export async function readRawConfig(target: Target): Promise<RawConfig> {
    const text = await askPulumi(target.folder, [
        "config",
        "--json",
        "--show-secrets",
        ...stackArguments(target),
    ]);
    const entries = JSON.parse(text) as Record<string, { value?: string; secret: boolean }>;
    return {
        values: Object.fromEntries(Object.entries(entries).map(([key, { value }]) => [key, value ?? ""])),
        isSecret: (key) => entries[key]?.secret ?? false,
        project: projectName(target.folder),
        stack: target.stack?.split("/").at(-1) ?? "STACK",
        folder: target.folder,
    };
}
