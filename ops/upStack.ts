import { hostname } from "node:os";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { UserError } from "../cache/problem.ts";
import { pulumiError } from "./pulumi.ts";

let runs = 0;

/**
 * Runs `pulumi up` on a stack, with this project's program in this process: it
 * needs the engine and the plugins, but no language host.
 *
 * A lock that a killed run on this machine left behind is removed first.
 *
 * @param onLine takes each line that Pulumi prints; secrets are masked in them
 * @throws UserError, one line, with what Pulumi called an error
 */
export async function upStack(
    folder: string,
    stackName: string,
    onLine: (line: string) => void,
): Promise<void> {
    const stack = await openStack(folder, stackName);
    await removeDeadLock(stack);
    let output = "";
    const take = (text: string) => {
        output += text;
        text.split("\n").filter(Boolean).forEach(onLine);
    };
    try {
        await stack.up({ color: "never", onOutput: take, onError: take, showSecrets: false });
    } catch (error) {
        throw new UserError(pulumiError(`${output}\n${(error as Error).message}`), { cause: error });
    }
}

async function openStack(folder: string, stackName: string): Promise<Stack> {
    const program = async () => {
        // Compiled, this file has another ending; and a module is run once only, unless its address differs.
        const index = new URL(
            import.meta.url.endsWith(".ts") ? "../index.ts" : "../index.js",
            import.meta.url,
        );
        index.search = `up=${++runs}`;
        return { ...((await import(index.href)) as Record<string, unknown>) };
    };
    try {
        return await LocalWorkspace.selectStack(
            { stackName, projectName: "nix-cache", program },
            { workDir: folder },
        );
    } catch (error) {
        throw new UserError(pulumiError((error as Error).message), { cause: error });
    }
}

/**
 * A Pulumi that was killed leaves its lock behind in a file backend, and every
 * later run would stop at it. A lock of a process of this machine that is gone
 * is nobody's.
 */
async function removeDeadLock(stack: Stack): Promise<void> {
    const text = await stack.exportStack().then(
        () => "",
        (error: unknown) => (error as Error).message,
    );
    const holders = [...text.matchAll(/created by \S+@(\S+) \(pid (\d+)\)/g)];
    const dead = holders.every(([, host, pid]) => host === hostname() && !isAlive(Number(pid)));
    if (holders.length > 0 && dead) await stack.cancel();
}

/** Whether there is a process of that number here. */
export function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}
