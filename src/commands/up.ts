import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { follow, isMarker, summary } from "../engine/follow.ts";
import { asCalled } from "../system/asCalled.ts";
import { command } from "../system/command.ts";
import { mayChange } from "../system/ledger.ts";
import { stoppable } from "../engine/stoppable.ts";
import { startEngine } from "../engine/loading.ts";
import { answers } from "../engine/open.ts";
import { stackName, type Target } from "../engine/target.ts";
import { readResources, wasDeployed } from "../engine/wholeState.ts";

export default command({
    summary: "pulumi up --yes, past the lock of a run that was killed",
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
 * lock, and without a language host. The program looks at the server before its first resource.
 */
async function up(given: Target, { json, verbose }: UpOptions): Promise<ExitStatus> {
    mayChange();
    const say = json === true ? console.error : console.log;
    const starting = startEngine(given.folder);
    const [stack, state] = await answers(stackName(given), readResources(given));
    const target = { folder: given.folder, stack };
    say(`stack ${stack}: pulumi up`);
    const engine = await starting;
    // Only the engine can tell whether a user on the server is this stack's; before the first resource, it has to.
    if (!wasDeployed(state)) await engine.preview(target, {});
    // What stands for drift says nothing that the warnings do not.
    const followed = follow("up", verbose === true ? () => undefined : say, (step) => !isMarker(step));
    const { onTold } = followed;
    let drifted = false as boolean;
    const onDrift = (findings: readonly unknown[]) => (drifted = findings.length > 0);
    const onLine = verbose === true ? say : undefined;
    const { changes } = await stoppable(() => engine.up(target, { onTold, onLine, onDrift }));
    const { changes: done, warnings } = followed;
    if (json === true) console.log(JSON.stringify({ stack, changes, done, warnings }));
    say(`${summary(changes, drifted ? 1 : 0) ?? "no changes"}; what hosts need: pulumi stack output`);
    if (drifted) say(`what was changed by hand is as it was; to put it back: ${asCalled("heal")}`);
    return EXIT.ok;
}
