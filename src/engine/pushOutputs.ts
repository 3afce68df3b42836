import type { Credentials } from "../hosts/awsCredentials.ts";
import type { HostConfig } from "../hosts/hostConfig.ts";
import { shown, UserError } from "../cache/problem.ts";
import { readOutputs, type Outputs, type Target } from "./target.ts";

/** Which cache, as whom, with which key. It has secrets. */
interface PushOutputs {
    readonly host: HostConfig;
    readonly credentials: Credentials;
    readonly signingKeys: readonly string[];
}

/**
 * What a push needs of a stack: which cache, as whom, with which key. The secrets
 * stay in memory.
 *
 * @param builder Default: the first of the stack's builders
 * @throws UserError when the stack was not deployed, or has no such builder
 */
export async function readPushOutputs(target: Target, builder?: string): Promise<PushOutputs> {
    return pushOutputsOf(await readOutputs(target), builder);
}

/** The same of outputs that were read. @throws UserError when the stack has no such builder */
export function pushOutputsOf(
    { hostConfig, builders, secretKey }: Pick<Outputs, "hostConfig" | "builders" | "secretKey">,
    builder?: string,
): PushOutputs {
    const name = builder ?? hostConfig.builders[0] ?? "";
    const credentials = Object.hasOwn(builders, name) ? builders[name] : undefined;
    if (credentials === undefined)
        throw new UserError(
            `the stack has no builder ${shown(name)}; --profile must be one of ${Object.keys(builders).join(", ")}`,
        );
    return { host: hostConfig, credentials, signingKeys: secretKey.split("\n") };
}
