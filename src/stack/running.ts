import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import type { Finding } from "../drift/finding.ts";

/** How this project's program is run. */
export interface Running {
    /** The folder with Pulumi.yaml, where the provider's plugin runs too: what relative paths are relative to. */
    readonly folder: string;
    /** Whether it runs in a process of ours, which knows what was done before it; else `pulumi` runs it. */
    readonly inline: boolean;
    /** Takes what differs on the server, as the program finds it. */
    readonly onDrift: (findings: readonly Finding[]) => void;
}

const inline = new AsyncLocalStorage<Running>();

/**
 * Runs a program inside this process, for the project in this folder.
 *
 * The SDK knows the folder only of a program that `pulumi` runs: here its
 * `getRootDirectory()` is the text `rootDirectory`.
 */
export function runInline<Result>(
    folder: string,
    program: () => Result,
    onDrift: Running["onDrift"] = () => undefined,
): Result {
    return inline.run({ folder, inline: true, onDrift }, program);
}

/** How the program that calls this is run. The one place that knows the project's folder. */
export function running(): Running {
    return (
        inline.getStore() ?? { folder: pulumi.getRootDirectory(), inline: false, onDrift: () => undefined }
    );
}
