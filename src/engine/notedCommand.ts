import { spawn } from "node:child_process";
import { delimiter, dirname, isAbsolute } from "node:path";
import * as cmd from "@pulumi/pulumi/automation/cmd.js";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import * as minimum from "@pulumi/pulumi/automation/minimumVersion.js";
import { noteEngine } from "./engineRecords.ts";
import { PulumiError } from "./pulumi.ts";

type Take = ((text: string) => void) | undefined;
type Run = (
    args: string[],
    folder: string,
    env: Readonly<Record<string, string>>,
    onOutput: Take,
    onError: Take,
    signal: AbortSignal | undefined,
) => Promise<unknown>;

/**
 * The command `pulumi` as the Automation API runs it, but for `up`: its engine
 * is noted while it runs, so that a lock that it leaves behind can be told for
 * what it is (src/engine/engineRecords.ts). The API itself does not say which process it is.
 *
 * @param root the folder whose `bin/pulumi` it is
 * @throws Error when there is none, or the SDK has no such command any more
 */
export async function notedCommand(root: string): Promise<PulumiCommand> {
    return noted(await PulumiCommand.get({ root }));
}

/** What the SDK has, though its types do not say so. */
interface Hidden {
    readonly PulumiCommand: new (command: string, version: unknown) => PulumiCommand;
    readonly parseAndValidatePulumiVersion?: (
        minimum: unknown,
        version: string,
        isUnchecked: boolean,
    ) => unknown;
}

/**
 * The same for the `pulumi` on PATH, which was asked for its version before: the
 * SDK would ask it once it is loaded itself, and a process would wait for it.
 *
 * @param version what `pulumi version` prints
 * @throws PulumiError when it is too old
 * @throws Error when the SDK has no such command any more
 */
export function commandOnPath(version: string): PulumiCommand {
    const { PulumiCommand: Command, parseAndValidatePulumiVersion: check } = cmd as unknown as Hidden;
    if (check === undefined) throw new Error("@pulumi/pulumi has no parseAndValidatePulumiVersion");
    const { minimumVersion } = minimum as { readonly minimumVersion?: unknown };
    const isUnchecked = (process.env.PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK ?? "") !== "";
    try {
        return noted(new Command("pulumi", check(minimumVersion, version.trim(), isUnchecked)));
    } catch (error) {
        throw new PulumiError((error as Error).message);
    }
}

function noted(command: PulumiCommand): PulumiCommand {
    // The SDK's types do not say so.
    const run = Reflect.get(command, "run") as Run | undefined;
    if (typeof run !== "function") throw new Error("@pulumi/pulumi has no PulumiCommand.run");
    // Nothing here ends an update by a signal of JavaScript.
    const runNoted: Run = (args, folder, env, onOutput, onError, signal) =>
        args[0] === "up"
            ? runEngine(command.command, args, folder, env, onOutput, onError)
            : run.call(command, args, folder, env, onOutput, onError, signal);
    Reflect.set(command, "run", runNoted);
    return command;
}

async function runEngine(
    command: string,
    args: readonly string[],
    folder: string,
    env: Readonly<Record<string, string>>,
    onOutput: Take,
    onError: Take,
): Promise<{ stdout: string; stderr: string; code: number }> {
    const path = env.PATH ?? process.env.PATH ?? "";
    const child = spawn(command, [...args, "--non-interactive"], {
        cwd: folder,
        env: {
            ...process.env,
            ...env,
            // As the SDK does it: the plugins that come with this very command.
            PATH: isAbsolute(command) ? [dirname(command), path].join(delimiter) : path,
            PULUMI_AUTOMATION_API: "true",
        },
        stdio: ["ignore", "pipe", "pipe"],
    });
    const forget = child.pid === undefined ? () => undefined : noteEngine(child.pid);
    const end = () => child.kill();
    process.once("exit", end);
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
        onError?.(text);
    });
    try {
        const code = await new Promise<number | null>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", resolve);
        });
        if (code !== 0) throw new Error(stderr.trim() || `pulumi ended with ${code ?? "a signal"}`);
        return { stdout: "", stderr, code };
    } finally {
        process.off("exit", end);
        // One that was killed by itself leaves its lock behind, and the note proves that.
        if (child.exitCode !== null) forget();
    }
}
