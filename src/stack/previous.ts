import * as pulumi from "@pulumi/pulumi";
import type { Declared } from "../cache/declared.ts";
import { running, type Running } from "./running.ts";

/** What was asked in each run of the program in this process: a resource is read once in a run. */
const asked = new WeakMap<Running, Promise<Declared | undefined>>();

/**
 * What this stack declared when it was last deployed, from its own outputs;
 * undefined before its first deployment, and after an update from a version
 * of this project that wrote another format.
 */
export function readPrevious(): Promise<Declared | undefined> {
    const run = running();
    const answer = asked.get(run) ?? ask();
    asked.set(run, answer);
    return answer;
}

async function ask(): Promise<Declared | undefined> {
    const self = new pulumi.StackReference("self", {
        name: [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/"),
    });
    const details = await self.getOutputDetails("declared");
    const declared = (details.secretValue ?? details.value) as Declared | undefined;
    return declared?.version === 1 ? declared : undefined;
}
