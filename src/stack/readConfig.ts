import * as pulumi from "@pulumi/pulumi";
import { running } from "./running.ts";
import { checkConfig, type StackConfig } from "./stackConfig.ts";

/**
 * Reads the stack's configuration in a Pulumi program; the only place that does.
 *
 * @throws UserError, in one line, at the first thing that is wrong
 */
export function readConfig(): StackConfig {
    return checkConfig({
        values: pulumi.runtime.allConfig(),
        isSecret: isConfigSecret,
        project: pulumi.getProject(),
        stack: pulumi.getStack(),
        folder: running().folder,
    });
}

/** Pulumi's SDK knows which values came encrypted, though its types do not say so. */
function isConfigSecret(key: string): boolean {
    return (pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean }).isConfigSecret(key);
}
