import { projectName } from "../system/project.ts";
import { askPulumi } from "./pulumi.ts";
import { stackArguments, type NamedTarget } from "./target.ts";

/** The engine's warning of operations that a killed run was at. */
export const PENDING = "pending operations from previous deployment";

/**
 * What a killed run was about to make stays noted in the state, and every
 * later run warns of it. The `up` before this has made it, or found it there.
 */
export async function clearPending(target: NamedTarget): Promise<void> {
    const name = target.stack.split("/").at(-1) ?? target.stack;
    const project = projectName(target.folder);
    const urn = `urn:pulumi:${name}::${project}::pulumi:pulumi:Stack::${project}-${name}`;
    // The target keeps it from reading anything else anew.
    const how = ["--yes", "--skip-preview", "--clear-pending-creates", "--target", urn];
    await askPulumi(target.folder, ["refresh", ...how, ...stackArguments(target)]);
}
