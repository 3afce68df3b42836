import type { HostConfig } from "./hostSettings.ts";
import { certificatesIn } from "./pem.ts";

/** Where a host that is not NixOS has the system's certificates and the private CA together. */
export const BUNDLE_PATH = "/etc/nix-cache/ca-bundle.crt";

const DAY = 86_400;
/** What Nix does when it is told nothing, in seconds. */
const NIX_DEFAULT_TTL = 30 * DAY;

/** One setting of nix.conf; a list is what Nix splits at blanks. */
export type NixSetting = readonly [
    name: string,
    value: string | number | boolean | readonly string[],
    why: string,
];

/**
 * The settings of a host that reads from the cache: added to what it has, and
 * such that it goes on without the cache.
 *
 * How long Nix remembers that a path is there must fit the expiry: a NAR
 * outlives its narinfo by `narGraceDays`, so a host that remembers no longer
 * than that does not ask for one that is gone.
 */
export function readerSettings(host: HostConfig): NixSetting[] {
    const settings: NixSetting[] = [
        ["extra-substituters", [host.substituter], "in addition to those that it has"],
        ["extra-trusted-public-keys", host.trustedPublicKeys, "whose signatures it accepts"],
        ["fallback", true, "builds what cannot be downloaded"],
        ["connect-timeout", 5, "seconds, when the cache is away"],
        ["narinfo-cache-negative-ttl", 300, "seconds until it sees what was pushed since it asked"],
    ];
    if (host.expireDays === 0) return settings;
    const remembered = Math.min(NIX_DEFAULT_TTL, Math.max(host.narGraceDays * DAY, DAY / 24));
    return [
        ...settings,
        ["narinfo-cache-positive-ttl", remembered, "seconds; what is remembered longer may have expired"],
    ];
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
    const certificates: NixSetting[] =
        privateCa(host) === undefined
            ? []
            : [["ssl-cert-file", BUNDLE_PATH, "the system's and the private CA"]];
    return settingLines([...readerSettings(host), ...certificates]);
}
