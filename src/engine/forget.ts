import { pastDeadLock } from "./deadLock.ts";
import { fileBackendFolder } from "./fileBackend.ts";
import { entered } from "../system/ledger.ts";
import { locksIn } from "./lockHolders.ts";
import { askPulumi, PulumiError } from "./pulumi.ts";
import { stackArguments, type NamedTarget } from "./target.ts";
import { readResources, withoutStack, type Deployment } from "./wholeState.ts";
import { projectName } from "../system/project.ts";

/**
 * Takes resources, and what depends on them, out of the stack's state, so that
 * the next `up` makes them again. What is not in the state (a run before this
 * one got so far) is passed over.
 *
 * @param seen what the state held a moment ago: only where Pulumi does not find it any more is it read again
 * @param asked what {@link askBackendFolder} says
 * @throws UserError when the state is locked or cannot be written
 */
export async function forgetResources(
    target: NamedTarget,
    urns: readonly string[],
    seen: Deployment,
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
        const isGone = (error: unknown) => error instanceof PulumiError && NOT_FOUND.test(error.output);
        await takeOut(target, presentIn(seen, wanted)).catch(async (error: unknown) => {
            if (!isGone(error)) throw error;
            await takeOut(target, presentIn(await readResources(target), wanted));
        });
    });
}

/** What Pulumi says of a URN that the state does not have (pkg/cmd/pulumi/state). */
const NOT_FOUND = /No such resource/i;

async function takeOut(target: NamedTarget, urns: readonly string[]): Promise<void> {
    if (urns.length === 0) return;
    // Protection is for pulumi destroy; what is taken out here is not deleted.
    const how = ["--target-dependents", "--force", "--yes"];
    await askPulumi(target.folder, ["state", "delete", ...urns, ...how, ...stackArguments(target)]);
    entered("took what is to be made again out of the state");
}

function presentIn({ resources = [] }: Deployment, wanted: ReadonlySet<string>): string[] {
    return resources.map(({ urn }) => urn).filter((urn) => wanted.has(withoutStack(urn)));
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
