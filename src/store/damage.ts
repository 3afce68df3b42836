import type { Member } from "./closure.ts";
import { nixFault } from "./outage.ts";
import { PathError } from "../cache/faults.ts";
import { inStore, nixMessage, PATHS_AT_ONCE, runNix, type Nix } from "./nix.ts";

/**
 * Hashes the content of paths and compares it with what Nix's database says of
 * them. Nix signs the database's hash, not the bytes that it copies (its
 * `binary-cache-store.cc` says so), so a damaged path would be signed, pushed
 * and refused by every host.
 *
 * @param at URL of the store that they are read from. Default: the local one
 * @throws PathError naming the first that is damaged, and what repairs it; MachineError when Nix cannot say
 */
export async function mustBeWhole(
    nix: Nix,
    at: string | undefined,
    members: readonly Pick<Member, "path" | "narSize">[],
): Promise<void> {
    const store = at === undefined ? inStore(nix) : ["--store", at];
    for (let first = 0; first < members.length; first += PATHS_AT_ONCE) {
        const some = members.slice(first, first + PATHS_AT_ONCE);
        const bytes = some.reduce((sum, { narSize }) => sum + narSize, 0);
        const paths = some.map(({ path }) => path);
        const args = ["--offline", "store", "verify", "--no-trust", ...store, ...paths];
        const outcome = await runNix(nix, args, {}, bytes);
        if (outcome.status === 0) continue;
        const damaged = /path '(\/nix\/store\/[^']+)' was modified/.exec(outcome.stderr)?.[1];
        throw damaged === undefined ? nixFault(nixMessage(outcome)) : damage(damaged);
    }
}

function damage(path: string): PathError {
    return new PathError(
        `${path} is damaged: its files are not those that Nix's database knows, so it was not pushed; repair it with nix-store --repair-path ${path} (nix-store --verify-path ${path} looks again)`,
    );
}
