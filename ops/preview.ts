import { plannedIn } from "../toolchain/pulumiOutput.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { follow, summary } from "./follow.ts";
import { stackName, type Target } from "./target.ts";
import { previewStack } from "./upStack.ts";

/** `nix-cache preview`: what `pulumi preview --expect-no-changes` does, also without a language host. */
export async function preview(target: Target, json: boolean): Promise<ExitStatus> {
    const say = json ? console.error : console.log;
    const stack = await stackName(target);
    say(`stack ${stack}: pulumi preview`);
    const { onLine, changes: planned, warnings } = follow(plannedIn, say);
    const changes = await previewStack(target, stack, onLine);
    const all = summary(changes);
    if (json) console.log(JSON.stringify({ stack, changes, planned, warnings }));
    say(all === undefined ? "nothing would be changed" : `${all}; to do it: pulumi up (or npm run -s up)`);
    return all === undefined ? EXIT.ok : EXIT.drift;
}
