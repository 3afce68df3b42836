import * as pulumi from "@pulumi/pulumi";
import type { Declared } from "../cache/declared.ts";

/**
 * What this stack declared when it was last deployed, from its own outputs;
 * undefined before its first deployment, and after an update from a version
 * of this project that wrote another format.
 */
export async function readPrevious(): Promise<Declared | undefined> {
    const self = new pulumi.StackReference("self", {
        name: [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/"),
    });
    const details = await self.getOutputDetails("declared");
    const declared = (details.secretValue ?? details.value) as Declared | undefined;
    return declared?.version === 1 ? declared : undefined;
}
