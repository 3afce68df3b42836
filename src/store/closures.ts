import { PathError } from "../cache/faults.ts";
import { isStorePath } from "../cache/storePath.ts";
import { parsePathInfo, type Member } from "./closure.ts";
import { inStore, nixMessage, PATHS_AT_ONCE, runNix, runNixStore, type Nix } from "./nix.ts";
import { nixFault } from "./outage.ts";

/** The closures of several paths. */
export interface Closures {
    /** All that is in any of them, by store path. */
    readonly members: ReadonlyMap<string, Member>;
    /** The paths that were asked for and have no closure here, each with the reason. */
    readonly bad: ReadonlyMap<string, PathError>;
}

/**
 * Asks Nix, in one process, for some paths and all that they refer to. A path
 * that is not in the store makes Nix refuse all of them: it is found and left
 * out then, so that it does not keep the others.
 *
 * @throws MachineError when Nix cannot say
 */
export async function closuresOf(nix: Nix, paths: readonly string[]): Promise<Closures> {
    const members = new Map<string, Member>();
    const bad = new Map<string, PathError>();
    for (let at = 0; at < paths.length; at += PATHS_AT_ONCE)
        await collect(nix, paths.slice(at, at + PATHS_AT_ONCE), members, bad);
    return { members, bad };
}

async function collect(
    nix: Nix,
    paths: readonly string[],
    members: Map<string, Member>,
    bad: Map<string, PathError>,
): Promise<void> {
    const all = await pathInfo(nix, paths);
    if (!(all instanceof PathError)) {
        for (const member of all) members.set(member.path, member);
        return;
    }
    const [one = "", ...others] = paths;
    if (others.length === 0) {
        bad.set(one, all);
        return;
    }
    const invalid = await invalidOf(nix, paths);
    for (const path of invalid) bad.set(path, new PathError(`path '${path}' is not valid`));
    const valid = paths.filter((path) => !invalid.has(path));
    if (valid.length === 0) return;
    if (invalid.size > 0) {
        await collect(nix, valid, members, bad);
        return;
    }
    // A closure is broken within: the half that it is in is halved again.
    const half = Math.ceil(valid.length / 2);
    await collect(nix, valid.slice(0, half), members, bad);
    await collect(nix, valid.slice(half), members, bad);
}

/** @returns what Nix knows, or why it knows nothing of one of them */
async function pathInfo(nix: Nix, paths: readonly string[]): Promise<readonly Member[] | PathError> {
    const ask = (...format: string[]) =>
        // Offline: what is not here must not be downloaded only to be uploaded again.
        runNix(nix, [
            "--offline",
            "path-info",
            ...inStore(nix),
            "--recursive",
            "--json",
            ...format,
            ...paths,
        ]);
    let answer = await ask();
    // From some version on, the format has to be named; older ones know no such option.
    if (answer.status !== 0 && answer.stderr.includes("--json-format"))
        answer = await ask("--json-format", "1");
    if (answer.status !== 0) {
        const fault = nixFault(nixMessage(answer));
        if (fault instanceof PathError) return fault;
        throw fault;
    }
    try {
        return parsePathInfo(answer.stdout);
    } catch (error) {
        return new PathError((error as Error).message);
    }
}

/** Those that are not in the store. */
async function invalidOf(nix: Nix, paths: readonly string[]): Promise<ReadonlySet<string>> {
    const answer = await runNixStore(nix, ["--check-validity", "--print-invalid", ...inStore(nix), ...paths]);
    const fault = answer.status === 0 ? undefined : nixFault(nixMessage(answer));
    if (fault !== undefined && !(fault instanceof PathError)) throw fault;
    return new Set(answer.stdout.split("\n").filter(isStorePath));
}
