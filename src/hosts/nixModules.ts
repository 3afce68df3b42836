// What is pasted into a flake, and the module for NixOS and nix-darwin.

import type { HostConfig } from "./hostConfig.ts";
import { nixLines, nixString } from "./quoting.ts";
import { privateCa, readerSettings, type NixSetting } from "./nixConf.ts";

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
