import { spawn } from "node:child_process";
import { UserError } from "../cache/problem.ts";
import { asCalled } from "../system/asCalled.ts";
import { pulumiError } from "./pulumiOutput.ts";
import { noteEngine } from "./engineRecords.ts";
import { removeLog } from "./pulumiLogs.ts";
import { repairTornState, TORN } from "./tornState.ts";

/** What a command printed, and how it ended. */
export interface Printed {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
}

/** Pulumi refused or failed. The message is the line of its output that says why. */
export class PulumiError extends UserError {
    override readonly name = "PulumiError";
    /** All that it printed. */
    readonly output: string;

    /** @param errors what the engine has called an error; none: what is wrong stands in the output */
    constructor(output: string, errors: readonly string[] = []) {
        const said = errors.length === 0 ? output : errors.map((error) => `error: ${error}`).join("\n");
        super(withHint(pulumiError(said)));
        this.output = output;
    }
}

/**
 * Runs the Pulumi CLI; once more where it could not read its state for what a killed one has left.
 *
 * @param folder the folder with Pulumi.yaml
 * @throws UserError when there is no pulumi on PATH
 */
export async function runPulumi(folder: string, args: readonly string[], input?: string): Promise<Printed> {
    const printed = await runOnce(folder, args, input);
    if (printed.status === 0 || !TORN.test(printed.stderr)) return printed;
    const { stdout } = await runOnce(folder, ["whoami", "--json"]);
    const { url = "" } = JSON.parse(stdout || "{}") as { url?: string };
    return repairTornState(url, folder) ? runOnce(folder, args, input) : printed;
}

/** Commands of Pulumi's that take the stack's lock, of those that are run here. */
const TAKE_LOCK = ["state", "refresh"];

function runOnce(folder: string, args: readonly string[], input?: string): Promise<Printed> {
    return new Promise((resolve, reject) => {
        const child = spawn("pulumi", [...args, "--non-interactive", "--color=never"], {
            cwd: folder,
            env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
            stdio: ["pipe", "pipe", "pipe"],
        });
        const since = Date.now();
        const takesLock = TAKE_LOCK.includes(args[0] ?? "");
        const forget = child.pid !== undefined && takesLock ? noteEngine(child.pid) : () => undefined;
        const printed = { stdout: "", stderr: "" };
        child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text));
        child.on("error", () =>
            reject(
                new UserError(
                    'pulumi is not on PATH: install it (https://www.pulumi.com/docs/install), or for the sandbox: eval "$(npm run -s env)"',
                ),
            ),
        );
        child.on("close", (code) => {
            // One that was killed leaves its lock behind, and the note proves that.
            if (code !== null) forget();
            if (code === 0 && child.pid !== undefined && !takesLock) removeLog(child.pid, since);
            resolve({ status: code ?? 1, ...printed });
        });
        // A child that has ended already does not read.
        child.stdin.on("error", () => undefined);
        child.stdin.end(input ?? "");
    });
}

/**
 * Runs the Pulumi CLI for what it prints.
 *
 * @throws PulumiError when it fails
 */
export async function askPulumi(folder: string, args: readonly string[], input?: string): Promise<string> {
    const { status, stdout, stderr } = await runPulumi(folder, args, input);
    if (status === 0) return stdout;
    throw new PulumiError(stderr === "" ? stdout : stderr);
}

/** How a list is set, which Pulumi does not say; a state that is not there, or has no such stack, may have been lost. */
function withHint(message: string): string {
    const list = /configuration key '([^']+)' must be of type 'array</.exec(message)?.[1];
    if (list !== undefined)
        return `${message.replace(/\.$/, "")}; a list is set so: pulumi config set --path '${list}[0]' VALUE`;
    return /no stack (selected|named)|unable to open state directory/.test(message)
        ? `${message.replace(/\.$/, "")}; if the stack's state was lost: ${asCalled("restore", "FILE --stack NAME")}`
        : message;
}
