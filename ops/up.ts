import { doneIn } from "../toolchain/pulumiOutput.ts";
import { EXIT, type ExitStatus } from "./exitStatus.ts";
import { follow, summary } from "./follow.ts";
import { stackName, type Target } from "./target.ts";
import { upStack } from "./upStack.ts";

/** The options of `nix-cache up`. */
export interface UpOptions {
    readonly json?: boolean | undefined;
    /** Shows every line that Pulumi prints. Default: what was done, and warnings. */
    readonly verbose?: boolean | undefined;
}

/**
 * `nix-cache up`: what `pulumi up --yes` does, also where a killed run left its
 * lock, and without a language host.
 */
export async function up(target: Target, { json, verbose }: UpOptions): Promise<ExitStatus> {
    const say = json === true ? console.error : console.log;
    const stack = await stackName(target);
    say(`stack ${stack}: pulumi up`);
    const { onLine, changes: done, warnings } = follow(doneIn, verbose === true ? () => undefined : say);
    const changes = await upStack(target, stack, (line) => {
        if (verbose === true) say(line);
        onLine(line);
    });
    if (json === true) console.log(JSON.stringify({ stack, changes, done, warnings }));
    say(`${summary(changes) ?? "no changes"}; what hosts need: pulumi stack output`);
    return EXIT.ok;
}
