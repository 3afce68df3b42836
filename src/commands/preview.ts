import { EXIT, type ExitStatus } from "../system/exitStatus.ts";
import type { Step } from "../engine/events.ts";
import { follow, isMarker, summary } from "../engine/follow.ts";
import { asCalled } from "../system/asCalled.ts";
import { command } from "../system/command.ts";
import { mayChange } from "../system/ledger.ts";
import { startEngine } from "../engine/loading.ts";
import { stackName, type Target } from "../engine/target.ts";

export default command({
    summary: "pulumi preview --expect-no-changes, needing no language host",
    options: {},
    ends: [EXIT.failed, [EXIT.drift, "something would be changed"], EXIT.unreachable],
    run: (target, { json = false }) => preview(target, json),
});

/**
 * `nix-cache preview`: what `pulumi preview --expect-no-changes` does, also without a language host.
 * It changes nothing, so all that is looked at is looked at by the program itself.
 */
async function preview(given: Target, json: boolean): Promise<ExitStatus> {
    mayChange();
    const say = json ? console.error : console.log;
    const starting = startEngine(given.folder);
    const target = { folder: given.folder, stack: await stackName(given) };
    const { stack } = target;
    say(`stack ${stack}: pulumi preview`);
    const engine = await starting;
    let isChange = false as boolean;
    let drifted = false as boolean;
    // The marker that stands for drift says nothing that the warnings do not.
    const isShown = (step: Step) => {
        if (isMarker(step)) return false;
        return (isChange = true);
    };
    const followed = follow("preview", say, isShown);
    const { onTold } = followed;
    const onDrift = (findings: readonly unknown[]) => (drifted = findings.length > 0);
    const changes = await engine.preview(target, { onTold, onDrift });
    const { changes: planned, warnings } = followed;
    const all = summary(changes, drifted ? 1 : 0);
    if (json) console.log(JSON.stringify({ stack, changes, planned, warnings }));
    if (drifted) say(`to put back what was changed by hand: ${asCalled("heal")}`);
    if (isChange) say(`${all ?? ""}; to do it: pulumi up (or ${asCalled("up")})`);
    else say(drifted ? "nothing else would be changed" : "nothing would be changed");
    return summary(changes) === undefined ? EXIT.ok : EXIT.drift;
}
