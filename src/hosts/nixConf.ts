// The settings that a host which reads from the cache gets in nix.conf.

import type { HostConfig } from "./hostConfig.ts";
import { certificatesIn } from "../cache/pem.ts";

/** Where a host that is not NixOS has the system's certificates and the private CA together. */
export const BUNDLE_PATH = "/etc/nix-cache/ca-bundle.crt";

const DAY = 86_400;
const HOUR = 3_600;

/** One setting of nix.conf; a list is what Nix splits at blanks. */
export type NixSetting = readonly [name: string, value: string | number | boolean | readonly string[]];

/**
 * The settings of a host that reads from the cache: added to what it has, and
 * such that it goes on without the cache.
 *
 * How long Nix remembers that a path is there must fit the expiry: a NAR
 * outlives its narinfo by `narGraceDays`, so a host that remembers no longer
 * than that (a day at most, as the NixOS module has it) does not ask for one
 * that is gone.
 */
export function readerSettings(host: HostConfig): NixSetting[] {
    const settings: NixSetting[] = [
        ["extra-substituters", [host.substituter]],
        ["extra-trusted-public-keys", host.trustedPublicKeys],
        // Builds what cannot be downloaded, and does not wait for a cache that is away.
        ["fallback", true],
        ["connect-timeout", 5],
        // Sees after five minutes what was pushed since it asked; after an hour otherwise.
        ["narinfo-cache-negative-ttl", 300],
    ];
    if (host.expireDays === 0) return settings;
    return [...settings, ["narinfo-cache-positive-ttl", host.narGraceDays === 0 ? HOUR : DAY]];
}

/** The lines of nix.conf for these settings. */
export function settingLines(settings: readonly NixSetting[]): string {
    return settings.map(([name, value]) => `${name} = ${plain(value)}\n`).join("");
}

function plain(value: NixSetting[1]): string {
    return Array.isArray(value) ? value.join(" ") : String(value);
}

/** The certificates of the private CA alone, whatever else the configured file holds; undefined where there is none. */
export function privateCa(host: HostConfig): string | undefined {
    const certificates = certificatesIn(host.caCertificate ?? "").join("");
    return certificates === "" ? undefined : certificates;
}

/** nix.conf for a host that is not NixOS: the settings, and the certificates where the CA is a private one. */
export function readerNixConf(host: HostConfig): string {
    const certificates: NixSetting[] = privateCa(host) === undefined ? [] : [["ssl-cert-file", BUNDLE_PATH]];
    return settingLines([...readerSettings(host), ...certificates]);
}

/** Lines for `nix.conf` that add the cache and its keys to what a host has already. */
export function nixConf(substituter: string, trustedPublicKeys: readonly string[]): string {
    return [
        `extra-substituters = ${substituter}`,
        `extra-trusted-public-keys = ${trustedPublicKeys.join(" ")}`,
        "",
    ].join("\n");
}
