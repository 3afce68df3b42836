import { PathError } from "../cache/faults.ts";

/**
 * As an error says it: what is at a path is not what Nix's database says of it.
 * A signature covers the database's hash, so every host would refuse the path.
 */
export function damage(path: string): PathError {
    return new PathError(
        `${path} is damaged: its files are not those that Nix's database knows, so it was not pushed; repair it with nix-store --repair-path ${path} (nix-store --verify-path ${path} looks again)`,
    );
}
