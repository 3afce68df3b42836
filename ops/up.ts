import { doneIn } from "../toolchain/pulumiOutput.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { follow, summary } from "./follow.ts";
import { stackName, type Target } from "./target.ts";
import { upStack } from "./upStack.ts";

/**
 * `nix-cache up`: what `pulumi up --yes` does, also where a killed run left its
 * lock, and without a language host.
 */
export async function up(target: Target, json: boolean): Promise<ExitStatus> {
    const say = json ? console.error : console.log;
    const stack = await stackName(target);
    say(`stack ${stack}: pulumi up`);
    const { onLine, changes: done, warnings } = follow(doneIn, say);
    const changes = await upStack(target, stack, onLine);
    if (json) console.log(JSON.stringify({ stack, changes, done, warnings }));
    say(`${summary(changes) ?? "no changes"}; what hosts need: pulumi stack output`);
    return EXIT.ok;
}
