import { delimiter, join } from "node:path";
import { projectDir } from "../../sandbox/paths.ts";
import { stackEnvironment } from "../../sandbox/stackPlace.ts";
import { binFolder } from "../../toolchain/pulumiHome.ts";
import { run, type Outcome, type RunOptions } from "../../src/system/run.ts";
import type { TestStack } from "./testStack.ts";

/** The program itself, as `node` takes it. */
export const MAIN = join(projectDir, "src", "cli", "main.ts");

/** The environment of somebody who works on a stack in a shell. */
export function shellEnvironment(stack: TestStack): NodeJS.ProcessEnv {
    const path = [binFolder(stack.place.pulumiHome), process.env.PATH ?? ""].join(delimiter);
    return {
        ...process.env,
        ...stackEnvironment(stack.place),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PATH: path,
    };
}

/** Runs `nix-cache` as a user does: in the stack's folder, without naming the stack. */
export function nixCache(
    stack: TestStack,
    args: readonly string[],
    { env = {}, ...options }: RunOptions = {},
): Promise<Outcome> {
    return run(process.execPath, [MAIN, ...args], {
        cwd: stack.place.workDir,
        env: { ...shellEnvironment(stack), ...env },
        ...options,
    });
}
