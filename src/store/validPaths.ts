import { parsePathInfo, type Member } from "./closure.ts";
import { nixFault } from "./outage.ts";
import { inStore, nixMessage, PATHS_AT_ONCE, runNix, type Nix } from "./nix.ts";

/**
 * Which of some paths are valid, and what Nix knows of each: one process for
 * {@link PATHS_AT_ONCE} paths. What is being built, a lock, or what is gone is
 * just not among them.
 *
 * @throws MachineError or PathError when Nix cannot say
 */
export async function validPaths(nix: Nix, paths: readonly string[]): Promise<Member[]> {
    const valid: Member[] = [];
    for (let at = 0; at < paths.length; at += PATHS_AT_ONCE)
        valid.push(...(await ask(nix, paths.slice(at, at + PATHS_AT_ONCE))));
    return valid;
}

async function ask(nix: Nix, paths: readonly string[]): Promise<Member[]> {
    const query = (...format: string[]) =>
        // Offline: a path that is not here is not to be looked for elsewhere.
        runNix(nix, ["--offline", "path-info", ...inStore(nix), "--json", ...format, ...paths]);
    let answer = await query();
    // From some version on, the format has to be named; older ones know no such option.
    if (answer.status !== 0 && answer.stderr.includes("--json-format"))
        answer = await query("--json-format", "1");
    if (answer.status !== 0) throw nixFault(nixMessage(answer));
    return parsePathInfo(withoutInvalid(answer.stdout));
}

/** Of an invalid path, Nix says `"valid": false` (to 2.18), or null in place of what it knows. */
function withoutInvalid(json: string): string {
    const given = JSON.parse(json) as { valid?: boolean }[] | Record<string, unknown>;
    const kept = Array.isArray(given)
        ? given.filter(({ valid }) => valid !== false)
        : Object.fromEntries(Object.entries(given).filter(([, info]) => info !== null));
    return JSON.stringify(kept);
}
