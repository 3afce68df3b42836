import { pastDeadLock } from "./deadLock.ts";
import { askPulumi } from "./pulumi.ts";
import { stackArguments, type Target } from "./target.ts";

/**
 * Takes resources, and what depends on them, out of the stack's state, so that
 * the next `up` makes them again. What is not in the state (a run before this
 * one got so far) is passed over.
 *
 * @throws UserError when the state is locked or cannot be written
 */
export async function forgetResources(target: Target, urns: readonly string[]): Promise<void> {
    const wanted = new Set(urns.map(withoutStack));
    if (wanted.size === 0) return;
    const state = JSON.parse(
        await askPulumi(target.folder, ["stack", "export", ...stackArguments(target)]),
    ) as {
        deployment: { resources?: { urn: string }[] };
    };
    const present = (state.deployment.resources ?? [])
        .map(({ urn }) => urn)
        .filter((urn) => wanted.has(withoutStack(urn)));
    if (present.length === 0) return;
    // Protection is for pulumi destroy; what is taken out here is not deleted.
    const how = ["--target-dependents", "--force", "--yes"];
    await pastDeadLock(target, () =>
        askPulumi(target.folder, ["state", "delete", ...present, ...how, ...stackArguments(target)]),
    );
}

/** A URN without the stack's name: outputs keep the one that the stack had when it was last deployed, `pulumi stack rename` or not. */
export function withoutStack(urn: string): string {
    return urn.slice(urn.indexOf("::"));
}
