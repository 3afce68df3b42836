import { isDriftWarning } from "../drift/finding.ts";
import { plannedIn } from "../engine/pulumiOutput.ts";
import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import { checkBeforeUp } from "../engine/beforeUp.ts";
import { follow, isMarker, summary } from "../engine/follow.ts";
import { asCalled } from "../system/asCalled.ts";
import { command } from "../system/command.ts";
import { mayChange } from "../system/ledger.ts";
import { readOutputsIfAny, stackName, type Target } from "../engine/target.ts";

export default command({
    summary: "pulumi preview --expect-no-changes, also without Pulumi's language host",
    options: {},
    ends: [EXIT.failed, [EXIT.drift, "something would be changed"], EXIT.unreachable],
    run: (target, { json = false }) => preview(target, json),
});

/** `nix-cache preview`: what `pulumi preview --expect-no-changes` does, also without a language host. */
async function preview(given: Target, json: boolean): Promise<ExitStatus> {
    mayChange();
    const { previewStack } = await import("../engine/upStack.ts");
    const say = json ? console.error : console.log;
    const stack = await stackName(given);
    const target = { ...given, stack };
    await checkBeforeUp(target, stack, (await readOutputsIfAny(target))?.declared, "preview");
    say(`stack ${stack}: pulumi preview`);
    // The marker that stands for drift says nothing that the warnings do not.
    const show = (line: string) => (isMarker(line) ? undefined : say(line));
    const { onLine, changes: planned, warnings } = follow(plannedIn, show);
    const changes = await previewStack(target, onLine);
    const all = summary(changes);
    if (json) console.log(JSON.stringify({ stack, changes, planned, warnings }));
    const drifted = warnings.some(isDriftWarning);
    if (drifted) say(`to put back what was changed by hand: ${asCalled("heal")}`);
    if (planned.some((line) => !isMarker(line)))
        say(`${all ?? ""}; to do it: pulumi up (or ${asCalled("up")})`);
    else say(drifted ? "nothing else would be changed" : "nothing would be changed");
    return all === undefined ? EXIT.ok : EXIT.drift;
}
