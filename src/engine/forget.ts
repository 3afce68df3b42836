import { pastDeadLock } from "./deadLock.ts";
import { fileBackendFolder } from "./fileBackend.ts";
import { entered } from "../system/ledger.ts";
import { locksIn } from "./lockHolders.ts";
import { askPulumi, PulumiError } from "./pulumi.ts";
import { stackArguments, type NamedTarget } from "./target.ts";
import { projectName } from "../system/project.ts";

/**
 * Takes resources, and what depends on them, out of the stack's state, so that
 * the next `up` makes them again. What is not in the state (a run before this
 * one got so far) is passed over.
 *
 * @param asked what {@link askBackendFolder} says
 * @throws UserError when the state is locked or cannot be written
 */
export async function forgetResources(
    target: NamedTarget,
    urns: readonly string[],
    asked: Promise<string | undefined> | undefined,
): Promise<void> {
    const wanted = new Set(urns.map(withoutStack));
    if (wanted.size === 0) return;
    const backend = await asked;
    await pastDeadLock(target, async () => {
        // Pulumi reads the state before it takes the lock, and then writes what it has read: of a run that
        // came to its end in between, the state would lose what that has made.
        const locks =
            backend === undefined ? undefined : locksIn(backend, projectName(target.folder), target.stack);
        if (locks !== undefined) throw new PulumiError(locks);
        const present = await presentIn(target, wanted);
        if (present.length === 0) return;
        // Protection is for pulumi destroy; what is taken out here is not deleted.
        const how = ["--target-dependents", "--force", "--yes"];
        await askPulumi(target.folder, ["state", "delete", ...present, ...how, ...stackArguments(target)]);
        entered("took what is to be made again out of the state");
    });
}

async function presentIn(target: NamedTarget, wanted: ReadonlySet<string>): Promise<string[]> {
    const state = JSON.parse(
        await askPulumi(target.folder, ["stack", "export", ...stackArguments(target)]),
    ) as {
        deployment: { resources?: { urn: string }[] };
    };
    return (state.deployment.resources ?? [])
        .map(({ urn }) => urn)
        .filter((urn) => wanted.has(withoutStack(urn)));
}

/** The folder of the file backend; undefined where the backend is another. An error is the caller's who waits for it. */
export function askBackendFolder(target: NamedTarget): Promise<string | undefined> {
    const asking = backendFolder(target);
    asking.catch(() => undefined);
    return asking;
}

async function backendFolder({ folder }: NamedTarget): Promise<string | undefined> {
    const { url = "" } = JSON.parse(await askPulumi(folder, ["whoami", "--json"])) as { url?: string };
    return fileBackendFolder(url, folder);
}

/** A URN without the stack's name: outputs keep the one that the stack had when it was last deployed, `pulumi stack rename` or not. */
export function withoutStack(urn: string): string {
    return urn.slice(urn.indexOf("::"));
}
