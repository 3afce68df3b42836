import { storeUri, type HostConfig } from "./hostConfig.ts";
import { profileName } from "../cache/profile.ts";
import { nixLines, nixString, shellWord } from "./quoting.ts";
import { privateCa, readerSettings, type NixSetting } from "./nixConf.ts";

/** Where a builder that is not NixOS has its secrets. */
export const CREDENTIALS_PATH = "/etc/nix-cache/credentials";
export const SIGNING_KEY_PATH = "/etc/nix-cache/signing-key";

/** What goes into a flake.nix, beside `inputs` and `outputs`: the two settings that a flake may make. */
export function flakeConfig(host: HostConfig): string {
    const allowed = readerSettings(host).filter(([name]) => name.startsWith("extra-"));
    return attributes("nixConfig", allowed, "");
}

/** A module for NixOS and for nix-darwin, which have the same options here. */
export function systemModule(host: HostConfig): string {
    const ca = privateCa(host);
    const certificate = ca === undefined ? "" : `  security.pki.certificates = [ ${nixLines(ca, 2)} ];\n`;
    return `{ lib, ... }:\n{\n${attributes("nix.settings", readerSettings(host), "  ")}${certificate}}\n`;
}

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

function attributes(name: string, settings: readonly NixSetting[], indent: string): string {
    const lines = settings.map(([key, value]) => `${indent}  ${key} = ${nixValue(value, `${indent}  `)};\n`);
    return `${indent}${name} = {\n${lines.join("")}${indent}};\n`;
}

function nixValue(value: NixSetting[1], indent: string): string {
    if (typeof value === "string") return nixString(value);
    // What the machine has configured itself wins; lists are joined.
    if (typeof value === "number" || typeof value === "boolean") return `lib.mkDefault ${value}`;
    if (value.length === 1) return `[ ${nixString(value[0] ?? "")} ]`;
    return `[\n${value.map((one) => `${indent}  ${nixString(one)}\n`).join("")}${indent}]`;
}
