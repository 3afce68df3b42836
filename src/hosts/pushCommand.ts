// The command by which a builder that is not NixOS pushes, and where its secrets are.

import { storeUri } from "./addresses.ts";
import type { HostConfig } from "./hostConfig.ts";
import { profileName } from "../cache/profile.ts";
import { shellWord } from "./quoting.ts";

/** Where a builder that is not NixOS has its secrets. */
export const CREDENTIALS_PATH = "/etc/nix-cache/credentials";
export const SIGNING_KEY_PATH = "/etc/nix-cache/signing-key";

/**
 * The command that pushes a path with all that it refers to, signing it.
 *
 * What Nix remembers of a push it believes for 30 days, and skips what has
 * expired since: so it is told not to.
 *
 * @param key the signing key's path, or words for a shell that it makes the path of
 */
export function pushCommand(
    host: HostConfig,
    builder: string,
    key: string | { readonly words: string } = SIGNING_KEY_PATH,
): string {
    const uri = `${storeUri(host.endpoint, host.bucket, host.region, profileName(builder))}&secret-key=`;
    const to = typeof key === "string" ? shellWord(uri + key) : `${shellWord(uri)}${key.words}`;
    const ask = host.expireDays === 0 ? "" : " --option narinfo-cache-positive-ttl 0";
    return `nix --extra-experimental-features nix-command copy${ask} --to ${to} ./result`;
}
