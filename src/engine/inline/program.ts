import type { PulumiFn } from "@pulumi/pulumi/automation/index.js";
import { runInline, type Listeners } from "../../stack/running.ts";
import { useOwnConnections } from "./connections.ts";
import { refuseHalfAProgram } from "./halfProgram.ts";

let runs = 0;

/**
 * This project's index.ts as a program that runs in this process, which needs
 * no language host. Every operation evaluates it anew.
 *
 * @param folder the folder with Pulumi.yaml, in which Pulumi is run for it
 * @param before done before the program, within the same run
 */
export function inlineProgram(
    folder: string,
    listeners?: Listeners,
    before: () => Promise<void> = () => Promise.resolve(),
): PulumiFn {
    useOwnConnections();
    refuseHalfAProgram();
    const program = () => before().then(evaluate);
    return () => runInline(folder, program, listeners);
}

async function evaluate(): Promise<Record<string, unknown>> {
    // Compiled, this file has another ending; and a module is run once only, unless its address differs.
    const name = import.meta.url.endsWith(".ts") ? "../../../index.ts" : "../../../index.js";
    const index = new URL(name, import.meta.url);
    index.search = `run=${++runs}`;
    return { ...((await import(index.href)) as Record<string, unknown>) };
}
