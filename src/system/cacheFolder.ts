import { homedir } from "node:os";
import { join } from "node:path";

/**
 * Where tools are kept: `$XDG_CACHE_HOME/pulumi-nix-cache`, by default
 * `~/.cache/pulumi-nix-cache`. It is the user's, not the clone's, so that a
 * second clone finds what the first one built.
 */
export function cacheFolder(): string {
    const given = process.env.XDG_CACHE_HOME ?? "";
    return join(given === "" ? join(homedir(), ".cache") : given, "pulumi-nix-cache");
}
