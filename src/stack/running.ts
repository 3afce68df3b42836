import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import type { UserError } from "../cache/problem.ts";
import type { Finding } from "../drift/finding.ts";

/** How this project's program is run. */
export interface Running {
    /** The folder with Pulumi.yaml, where the provider's plugin runs too: what relative paths are relative to. */
    readonly folder: string;
    /** Whether it runs in a process of ours, which knows what was done before it; else `pulumi` runs it. */
    readonly inline: boolean;
    /** Takes what differs on the server, as the program finds it. */
    readonly onDrift: (findings: readonly Finding[]) => void;
    /** Takes what the program refuses to go on for, before its first resource: of an error, Pulumi passes on the words alone. */
    readonly onRefused: (error: UserError) => void;
}

/** Who is told of what the program finds. */
export type Listeners = Partial<Pick<Running, "onDrift" | "onRefused">>;

const NOBODY = { onDrift: () => undefined, onRefused: () => undefined } as const;

const inline = new AsyncLocalStorage<Running>();

/**
 * Runs a program inside this process, for the project in this folder.
 *
 * The SDK knows the folder only of a program that `pulumi` runs: here its
 * `getRootDirectory()` is the text `rootDirectory`.
 */
export function runInline<Result>(folder: string, program: () => Result, listeners: Listeners = {}): Result {
    return inline.run({ ...NOBODY, ...listeners, folder, inline: true }, program);
}

/** How the program that calls this is run. The one place that knows the project's folder. */
export function running(): Running {
    return inline.getStore() ?? { ...NOBODY, folder: pulumi.getRootDirectory(), inline: false };
}
