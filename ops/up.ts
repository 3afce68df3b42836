import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { stackName, type Target } from "./target.ts";
import { upStack } from "./upStack.ts";

/** `nix-cache up`: what `pulumi up --yes` does, also where a killed run left its lock, and without a language host. */
export async function up(target: Target): Promise<ExitStatus> {
    await upStack(target, await stackName(target), (line) => console.log(line));
    return EXIT.ok;
}
