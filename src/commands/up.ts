import { isDriftWarning } from "../drift/finding.ts";
import { doneIn } from "../engine/pulumiOutput.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { checkBeforeUp } from "../engine/beforeUp.ts";
import { follow, summary } from "../engine/follow.ts";
import { asCalled } from "../system/asCalled.ts";
import { command } from "../system/command.ts";
import { mayChange } from "../system/ledger.ts";
import { stoppable } from "../engine/stoppable.ts";
import { readOutputsIfAny, stackName, type Target } from "../engine/target.ts";

export default command({
    summary: "pulumi up --yes (does not ask), after removing the lock of a run that was killed",
    options: { verbose: { type: "boolean", help: "shows all that Pulumi prints" } },
    ends: [EXIT.failed, EXIT.unreachable],
    run: up,
});

/** The options of `nix-cache up`. */
interface UpOptions {
    readonly json?: boolean | undefined;
    /** Shows every line that Pulumi prints. Default: what was done, and warnings. */
    readonly verbose?: boolean | undefined;
}

/**
 * `nix-cache up`: what `pulumi up --yes` does, also where a killed run left its
 * lock, and without a language host.
 */
async function up(given: Target, { json, verbose }: UpOptions): Promise<ExitStatus> {
    mayChange();
    const { previewStack, upStack } = await import("../engine/upStack.ts");
    const say = json === true ? console.error : console.log;
    const stack = await stackName(given);
    const target = { ...given, stack };
    const previous = (await readOutputsIfAny(target))?.declared;
    await checkBeforeUp(target, stack, previous, "update");
    say(`stack ${stack}: pulumi up`);
    // Only the engine can tell whether a user on the server is this stack's; before the first resource, it has to.
    if (previous === undefined) await previewStack(target, () => undefined);
    const { onLine, changes: done, warnings } = follow(doneIn, verbose === true ? () => undefined : say);
    const changes = await stoppable(() =>
        upStack(target, (line) => {
            if (verbose === true) say(line);
            onLine(line);
        }),
    );
    if (json === true) console.log(JSON.stringify({ stack, changes, done, warnings }));
    say(`${summary(changes) ?? "no changes"}; what hosts need: pulumi stack output`);
    if (warnings.some(isDriftWarning))
        say(`what was changed by hand is as it was; to put it back: ${asCalled("heal")}`);
    return EXIT.ok;
}
